import itertools
import os

import numpy as np
import pytest
import torch
from PIL import Image

from data.clips import Clip
from data.real_videos import RealVideos


def clip(folder, name, frames=3, size=(24, 16)):
    (folder / name).mkdir(parents=True)
    paths = [folder / name / f"{i}.png" for i in range(frames)]
    for i, path in enumerate(paths):
        Image.new("RGB", size, (i * 10, 0, 0)).save(path)
    return Clip(name, tuple(paths))


def test_every_clip_comes_in_order_at_the_size_asked_for(tmp_path):
    videos = RealVideos([clip(tmp_path, "a", 3), clip(tmp_path, "b", 2, size=(40, 40))], (12, 8))
    got = [[frame for frame in frames] for frames in videos]
    assert [len(frames) for frames in got] == [3, 2] and len(videos) == 2
    assert {tuple(frame.shape) for frames in got for frame in frames} == {(1, 3, 8, 12)}
    assert torch.allclose(got[0][2][0, 0], torch.tensor(20 / 127.5 - 1))


def test_it_can_be_gone_through_again(tmp_path):
    videos = RealVideos([clip(tmp_path, "a")], (12, 8))
    first, second = ([torch.stack(list(frames)) for frames in videos] for _ in range(2))
    assert torch.equal(first[0], second[0])


def test_frames_are_read_one_at_a_time(tmp_path):
    (tmp_path / "a").mkdir()
    good = tmp_path / "a" / "0.png"
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(good)
    endless = Clip("a", (good, tmp_path / "a" / "gone.png"))
    (frames,) = RealVideos([endless], (8, 8))
    assert len(list(itertools.islice(frames, 1))) == 1
    with pytest.raises(ValueError, match="gone.png"):
        next(frames)


def test_the_fingerprint_follows_files_and_size(tmp_path):
    one, other = clip(tmp_path, "a"), clip(tmp_path, "b")
    known = RealVideos([one], (12, 8)).fingerprint
    assert RealVideos([one], (12, 8)).fingerprint == known and len(known) == 16
    assert known != RealVideos([one], (8, 12)).fingerprint
    assert known != RealVideos([one, other], (12, 8)).fingerprint
    assert known != RealVideos([Clip("a", one.frames[::-1])], (12, 8)).fingerprint
    os.utime(one.frames[0], ns=(1, 1))
    assert known != RealVideos([one], (12, 8)).fingerprint


def test_the_fingerprint_follows_a_video_file(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"1")
    known = RealVideos([Clip("a", video=path)], (12, 8)).fingerprint
    path.write_bytes(b"12")
    assert RealVideos([Clip("a", video=path)], (12, 8)).fingerprint != known


def test_no_clips_are_refused():
    with pytest.raises(ValueError, match="at least one real video"):
        RealVideos([], (12, 8))
