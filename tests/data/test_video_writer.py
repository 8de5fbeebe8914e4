from pathlib import Path

import av
import numpy as np
import pytest
import torch

from data.clips import Clip
from data.video import decode, frame_rate
from data.video_writer import ClipWriter, VideoWriter
from util.report.clips import inside_file, video_file
from util.report.colours import absent_panels, mask_colours

COLOURS = [(230, 20, 20), (20, 200, 40), (10, 10, 250), (255, 255, 255), (0, 0, 0), (128, 128, 128)]


def flat(colour, size=(48, 32)):
    return np.full((size[1], size[0], 3), colour, np.uint8)


def write(path, images, fps=25.0):
    with VideoWriter(path, fps, images[0].shape[1::-1]) as video:
        for image in images:
            video.write(image)


def test_what_is_written_is_read_back_in_its_colours(tmp_path):
    write(tmp_path / "a.mp4", [flat(c) for c in COLOURS])
    back = [image.mean(axis=(0, 1)) for image in decode(tmp_path / "a.mp4")]
    np.testing.assert_allclose(back, COLOURS, atol=6)


def test_it_is_h264_in_yuv420p_with_the_index_first_and_its_colours_tagged(tmp_path):
    write(tmp_path / "a.mp4", [flat((9, 9, 9))] * 3)
    content = (tmp_path / "a.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(tmp_path / "a.mp4")) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt, codec.colorspace, codec.color_range) == ("h264", "yuv420p", 1, 1)


@pytest.mark.parametrize("fps", [30000 / 1001, 8, 25, 23.976])
def test_the_frame_rate_is_kept(tmp_path, fps):
    write(tmp_path / "a.mp4", [flat((9, 9, 9))] * 4, fps)
    assert frame_rate(tmp_path / "a.mp4") == pytest.approx(fps, rel=1e-4)


def test_an_odd_size_is_padded_with_its_border(tmp_path):
    image = flat((200, 30, 30), size=(35, 17))
    write(tmp_path / "a.mp4", [image])
    (back,) = decode(tmp_path / "a.mp4")
    assert back.shape == (18, 36, 3) and np.abs(back[-1, -1].astype(int) - image[0, 0]).max() < 8


def test_an_error_leaves_the_older_file_and_no_unfinished_one(tmp_path):
    (tmp_path / "a.mp4").write_text("older")
    with pytest.raises(RuntimeError, match="stopped"), VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        video.write(flat((1, 2, 3)))
        raise RuntimeError("stopped")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"] and (tmp_path / "a.mp4").read_text() == "older"


def test_a_file_that_cannot_be_opened_is_told_on_entering(tmp_path):
    with pytest.raises(OSError), VideoWriter(tmp_path / "none" / "a.mp4", 25, (48, 32)):
        pytest.fail("entered")


def test_the_file_appears_only_when_it_is_complete(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        video.write(flat((1, 2, 3)))
        assert not (tmp_path / "a.mp4").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("image", [flat((0, 0, 0), (46, 32)), flat((0, 0, 0)) / 255, flat((0, 0, 0))[..., 0]])
def test_a_frame_of_another_kind_is_refused(tmp_path, image):
    with (
        pytest.raises(ValueError, match=r"must be uint8 \[32, 48, 3\], got"),
        VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video,
    ):
        video.write(image)


def test_a_video_without_frames_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="no frame was written"), VideoWriter(tmp_path / "a.mp4", 25, (48, 32)):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("fps", "size", "told"), [(0, (4, 4), "fps must be"), (25, (0, 4), "size must be")])
def test_impossible_rates_and_sizes_are_refused(tmp_path, fps, size, told):
    with pytest.raises(ValueError, match=told):
        VideoWriter(tmp_path / "a.mp4", fps, size)


SIZE = (32, 24)
INSIDE = torch.ones(1, 9, 6, 8), torch.zeros(1, 2, 6, 8)


def grey(level):
    return torch.full((1, 3, SIZE[1], SIZE[0]), level)


def written(folder, compared=True, save_image=False, with_inside=False, insides=(None, INSIDE, INSIDE)):
    with ClipWriter(folder, Clip("a", (Path("0.png"),)), SIZE, 12.0, compared, save_image, with_inside) as output:
        for index, inside_block in enumerate(insides):
            target = grey(0.0) if compared else None
            output.write(index, grey(-0.5), grey(0.5), target, inside_block)
    return folder


def middles(path, panels):
    """Mean colour of every panel of every frame, [frames, panels, 3]."""
    frames = np.stack([np.stack(np.split(frame, panels, axis=1)) for frame in decode(path)])
    return frames[:, :, 4:-4, 4:-4].mean(axis=(2, 3))


@pytest.mark.parametrize(("compared", "levels"), [(True, [64, 128, 191]), (False, [64, 191])])
def test_panels_are_side_by_side(tmp_path, compared, levels):
    path = video_file(written(tmp_path, compared), "a")
    shown = middles(path, len(levels))
    np.testing.assert_allclose(shown, np.broadcast_to(np.array(levels)[None, :, None], shown.shape), atol=3)
    assert len(shown) == 3 and frame_rate(path) == pytest.approx(12)


def test_the_input_is_enlarged_to_the_size_of_its_translation(tmp_path):
    small = torch.full((1, 3, SIZE[1] // 4, SIZE[0] // 4), -0.5)
    with ClipWriter(tmp_path, Clip("a", (Path("0.png"),)), SIZE, 12.0, False, False) as output:
        output.write(0, small, grey(0.5))
    np.testing.assert_allclose(middles(video_file(tmp_path, "a"), 2)[0, :, 0], [64, 191], atol=3)


def test_the_inside_is_grey_where_the_block_did_not_predict(tmp_path):
    shown = middles(inside_file(written(tmp_path, with_inside=True), "a"), 2)
    expected = [absent_panels((1, 1))[0], *[[mask_colours(np.ones((1, 1)))[0, 0], [255] * 3]] * 2]
    np.testing.assert_allclose(shown, expected, atol=8)


def test_an_older_video_of_the_inside_does_not_stay_beside_a_new_clip(tmp_path):
    written(tmp_path, with_inside=True)
    assert not inside_file(written(tmp_path), "a").exists() and video_file(tmp_path, "a").exists()


def test_after_an_error_no_video_is_left(tmp_path):
    with pytest.raises(RuntimeError, match="stopped"):
        with ClipWriter(tmp_path, Clip("a", (Path("0.png"),)), SIZE, 12.0, True, False, True) as output:
            output.write(0, grey(0.0), grey(0.0), grey(0.0), INSIDE)
            raise RuntimeError("stopped")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_where_the_second_video_cannot_be_opened_the_first_is_closed_and_removed(tmp_path):
    output = ClipWriter(tmp_path, Clip("a", (Path("0.png"),)), SIZE, 12.0, True, False, inside=True)
    inside_file(tmp_path, "a").parent.rmdir()
    with pytest.raises(OSError):
        output.__enter__()
    assert not list(tmp_path.iterdir())


def test_a_link_under_the_name_of_an_unfinished_video_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "a.mp4.partial").symlink_to(tmp_path / "precious")
    write(tmp_path / "a.mp4", [flat((9, 9, 9))])
    assert (tmp_path / "precious").read_text() == "mine"


def test_images_are_numbered_from_one(tmp_path):
    folder = written(tmp_path, save_image=True) / "images" / "a"
    assert sorted(path.name for path in folder.iterdir()) == [f"a_0000{number}.png" for number in (1, 2, 3)]
