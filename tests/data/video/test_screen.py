import numpy as np
import pytest

from data.video import Video, VideoFrames
from tests.helpers.films import encode, flat, greys, join

INTERLACED = {
    "libx264": {"x264-params": "tff=1", "g": "6"},
    "mpeg2video": {"flags": "+ildct+ilme", "g": "6", "bf": "2"},
}


def fields(count=10):
    """A bar that moves to the right, 2 px with each field; fields of one frame are of different times."""
    images = []
    for number in range(count):
        image = flat((0, 0, 0))
        image[0::2, 4 * number : 4 * number + 8] = 255
        image[1::2, 4 * number + 2 : 4 * number + 10] = 255
        images.append(image)
    return images


def combs(image):
    """Largest difference of a row from the mean of its neighbours; interlacing draws combs at moving edges."""
    rows = image[4:-4].astype(int)
    return np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) // 2).max()


def agree(path):
    """Frames by number are those of reading from the start, in any order."""
    images, frames = [frame.image for frame in Video(path).frames()], VideoFrames(path)
    assert len(frames) == len(images)
    for number in (len(images) - 1, *range(len(images) - 1)):
        np.testing.assert_array_equal(frames.read(number), images[number])
    return images


@pytest.mark.parametrize(("codec", "suffix"), [("libx264", "mp4"), ("libx264", "ts"), ("mpeg2video", "mpg")])
def test_an_interlaced_film_is_deinterlaced_frame_by_frame(tmp_path, codec, suffix):
    path = encode(tmp_path / f"a.{suffix}", fields(), codec=codec, options=INTERLACED[codec])
    images = agree(path)
    assert len(images) == 10 and combs(fields()[5]) > 200 and max(map(combs, images)) < 30
    assert [round(float(frame.time), 2) for frame in Video(path).frames()] == [round(n / 25, 2) for n in range(10)]
    assert Video(path).notes == (f"{path}: it is interlaced, and its frames are deinterlaced",)


def test_a_progressive_film_is_not_filtered(tmp_path):
    path = encode(tmp_path / "a.mp4", fields(), options={"crf": "5"})
    assert min(map(combs, agree(path))) > 200 and not Video(path).notes


def test_a_film_may_begin_to_interlace(tmp_path):
    smooth = encode(tmp_path / "a.ts", greys(6), options={"g": "6"})
    path = join(tmp_path / "c.ts", [smooth, encode(tmp_path / "b.ts", fields(6), options=INTERLACED["libx264"])])
    images = agree(path)
    assert len(images) == 12 and max(map(combs, images)) < 30
    video = Video(path)
    list(video.frames())
    assert video.notes == (f"{path}: parts of it are interlaced, and are deinterlaced",)


def test_all_pictures_have_the_size_of_the_first(tmp_path):
    small = encode(tmp_path / "a.ts", greys(4, (64, 32)), options={"g": "4"})
    path = join(tmp_path / "c.ts", [small, encode(tmp_path / "b.ts", greys(4, (96, 64)), options={"g": "4"})])
    images = agree(path)
    assert [image.shape for image in images] == [(32, 64, 3)] * 8
    assert [round(image.mean() / 10) for image in images] == [0, 1, 2, 3] * 2
    video = Video(path)
    list(video.frames())
    assert video.notes == (f"{path}: its frames change their size, and all are scaled to 64 x 32",)
