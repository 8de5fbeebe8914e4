import itertools
import os
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
import torch
from PIL import Image

from data.clips import Clip
from data.faces import Crop
from data.frames import UnreadableFrame
from data.stream import RealVideos, fps_of, frames, size_of, timed_frames, uncropped_images
from tests.helpers.films import encode, greys, with_sound
from util.image import to_tensor


def numbers_of(stream):
    return [round((x[0, 0].mean().item() + 1) * 127.5 / 10) for x in stream]


@pytest.fixture
def clip(tmp_path, write_frames):
    return Clip("drive", tuple(write_frames(tmp_path / "drive", [f"{i}.png" for i in range(6)], size=(35, 18))))


@pytest.fixture
def film(tmp_path, write_video):
    return Clip("film", video=write_video(tmp_path / "film.mp4", size=(38, 18)))


def test_frames_come_in_order_as_network_inputs(clip):
    x = next(frames(clip, (24, 12)))
    assert x.shape == (1, 3, 12, 24) and x.dtype == torch.float32 and -1 <= x.min() < x.max() <= 1
    assert numbers_of(frames(clip, (24, 12))) == list(range(6))


def test_a_video_streams_like_a_folder_of_frames(film):
    assert numbers_of(frames(film, (24, 12))) == list(range(12))


def test_without_a_size_a_clip_keeps_its_own_cut_to_a_multiple_of_8(clip, film):
    assert next(frames(clip, None)).shape == (1, 3, 16, 32) and size_of(clip, None) == (32, 16)
    assert next(frames(film, None)).shape == (1, 3, 16, 32) and size_of(film, None) == (32, 16)
    assert size_of(clip, (24, 12)) == (24, 12)


def test_a_limit_stops_early(clip, film):
    assert numbers_of(frames(clip, None, limit=2)) == numbers_of(frames(film, None, limit=2)) == [0, 1]


def test_a_single_frame_is_a_stream(clip):
    assert len(list(frames(Clip("still", clip.frames[:1]), None))) == 1


def test_only_a_video_has_a_frame_rate(clip, film):
    assert fps_of(clip) is None and fps_of(film) == pytest.approx(25)


def test_frames_of_a_video_come_with_their_times_and_those_of_image_files_without(tmp_path, clip):
    film = Clip("film", video=encode(tmp_path / "a.mp4", greys(3), times=[0, 1, 50], last=25))
    assert [(time, duration) for _, time, duration in timed_frames(clip, None)] == [(None, None)] * 6
    told = [(float(time), float(duration)) for _, time, duration in timed_frames(film, None)]
    assert told == [(0, 0.04), (0.04, 1.96), (2, 1)]
    assert len(list(timed_frames(film, None, limit=2))) == 2


def test_what_was_done_to_a_video_and_its_sound_are_told(tmp_path, clip):
    path, told = with_sound(encode(tmp_path / "a.mp4", greys(3), sar=Fraction(2)), tmp_path / "b.mp4"), []
    list(timed_frames(Clip("film", video=path), None, tell=told.append))
    list(timed_frames(clip, None, tell=told.append))
    pixels = f"{path}: its pixels are not square, and its frames of 64 x 32 are scaled to 128 x 32"
    assert told == [f"{path}: its sound is not copied; scripts/translate.sh keeps it", pixels]


def test_what_is_found_on_the_way_is_told_when_it_is_found(tmp_path):
    part = encode(tmp_path / "a.ts", greys(12), options={"g": "6"}).read_bytes()
    (tmp_path / "b.ts").write_bytes(part + part)
    told = []
    stream = timed_frames(Clip("film", video=tmp_path / "b.ts"), None, tell=told.append)
    assert [len(told) for _ in zip(range(24), stream, strict=False)] == [0] * 11 + [1] * 13
    assert "times repeat or run backwards" in told[0]


def test_a_damaged_frame_is_an_error_that_names_it(clip):
    clip.frames[2].write_bytes(clip.frames[2].read_bytes()[:70])
    stream = frames(clip, None)
    assert numbers_of([next(stream), next(stream)]) == [0, 1]
    with pytest.raises(UnreadableFrame, match=r"drive/2\.png"):
        next(stream)


def test_frames_of_different_sizes_need_a_size(clip, tmp_path, write_frames):
    mixed = Clip("mixed", (*clip.frames, *write_frames(tmp_path / "big", ["7.png"], size=(64, 36))))
    with pytest.raises(ValueError, match="frame 6 of clip mixed is 64 x 36 and the first is 35 x 18"):
        list(frames(mixed, None))
    assert len(list(frames(mixed, (24, 12)))) == 7


def test_memory_does_not_grow_with_the_length_of_a_clip(tmp_path, write_frames):
    path = write_frames(tmp_path, ["0.png"], size=(160, 120))[0]

    def peak(count):
        tracemalloc.start()
        for _ in frames(Clip("long", (path,) * count), None):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)  # imports and caches
    assert peak(40) < peak(4) + 50_000


def test_a_crop_is_what_is_shown_of_every_frame(clip):
    part = Clip("part", clip.frames, crop=Crop(18, 35, 0, 16, 8, 32, 1.0))
    assert size_of(part, None) == (24, 16) and next(uncropped_images(part)).shape == (18, 35, 3)
    for shown, whole in zip(frames(part, None), uncropped_images(clip), strict=True):
        assert torch.equal(shown[0], to_tensor(np.ascontiguousarray(whole[:16, 8:32])))


def drive(folder, name, frames=3, size=(24, 16)):
    (folder / name).mkdir(parents=True)
    paths = [folder / name / f"{i}.png" for i in range(frames)]
    for i, path in enumerate(paths):
        Image.new("RGB", size, (i * 10, 0, 0)).save(path)
    return Clip(name, tuple(paths))


def test_every_clip_comes_in_order_at_the_size_asked_for(tmp_path):
    videos = RealVideos([drive(tmp_path, "a", 3), drive(tmp_path, "b", 2, size=(40, 40))], (12, 8))
    got = [[frame for frame in frames] for frames in videos]
    assert [len(frames) for frames in got] == [3, 2] and len(videos) == 2
    assert {tuple(frame.shape) for frames in got for frame in frames} == {(1, 3, 8, 12)}
    assert torch.allclose(got[0][2][0, 0], torch.tensor(20 / 127.5 - 1))


def test_it_can_be_gone_through_again(tmp_path):
    videos = RealVideos([drive(tmp_path, "a")], (12, 8))
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
    one, other = drive(tmp_path, "a"), drive(tmp_path, "b")
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
