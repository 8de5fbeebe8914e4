"""The videos and frames that Python code gives."""

import numpy as np
import pytest
import torch

from data.given import batches_of_pairs, clips_of, example_frames
from tests.helpers.python import moving_film, panning
from util.image import to_tensor


def test_clips_of_paths_of_every_kind(tmp_path, write_frames):
    film = moving_film(tmp_path / "a.mp4")
    (tmp_path / "both" / "train").mkdir(parents=True)
    moving_film(tmp_path / "both" / "train" / "b.mp4")
    write_frames(tmp_path / "pictures", ["1.png", "2.png"])
    given = [film, str(tmp_path / "both"), tmp_path / "pictures"]
    assert [clip.name for clip in clips_of(given)] == ["a", "b", "pictures"]
    assert [clip.name for clip in clips_of(str(film))] == ["a"]
    for missing in ([], tmp_path / "nowhere"):
        with pytest.raises(FileNotFoundError):
            clips_of(missing)


def test_example_frames_are_tensors_of_one_size(tmp_path):
    film, frames = moving_film(tmp_path / "a.mp4"), panning()
    assert [tuple(x.shape) for x in example_frames(film, None, 3)] == [(1, 3, 32, 48)] * 3
    assert example_frames(film, (24, 16))[0].shape == (1, 3, 16, 24)
    expected = to_tensor(frames[0])[None]
    for example in (frames, np.stack(frames), frames[0], expected):
        assert torch.equal(example_frames(example, None)[0], expected)
    with pytest.raises(ValueError, match="no frame"):
        example_frames([], None)


def test_batches_are_full_with_one_clip_and_go_on_after_a_start(tmp_path):
    clips = clips_of(moving_film(tmp_path / "a.mp4"))
    batches = list(batches_of_pairs(clips, (32, 16), 2, steps=3))
    assert [tuple(batch["reference"].shape) for batch in batches] == [(2, 3, 16, 32)] * 3
    (third,) = batches_of_pairs(clips, (32, 16), 2, steps=1, start=2)
    assert torch.equal(third["current"], batches[2]["current"])
    with pytest.raises(ValueError, match="got 0 and 2"):
        batches_of_pairs(clips, (32, 16), 2, steps=0)
