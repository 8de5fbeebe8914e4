from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from data.clip_writer import ClipWriter
from data.clips import Clip
from data.video import decode, frame_rate
from util.report.clips import inside_file, video_file
from util.report.colours import absent_panels, mask_colours

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


def test_images_are_numbered_from_one(tmp_path):
    folder = written(tmp_path, save_image=True) / "images" / "a"
    assert sorted(path.name for path in folder.iterdir()) == [f"a_0000{number}.png" for number in (1, 2, 3)]


def test_all_videos_of_a_clip_keep_the_times_of_its_frames(tmp_path):
    times = [Fraction(0), Fraction(3), Fraction(31, 10)]
    with ClipWriter(tmp_path, Clip("a", (Path("0.png"),)), SIZE, 12.0, False, False, True) as output:
        for index, time in enumerate(times):
            output.write(index, grey(0.0), grey(0.0), inside_block=INSIDE, shown=(time, Fraction(2)))
    for path in (video_file(tmp_path, "a"), inside_file(tmp_path, "a")):
        with av.open(str(path)) as container:
            frames = list(container.decode(video=0))
        assert [f.pts * f.time_base for f in frames] == times and frames[-1].duration * frames[-1].time_base == 2
