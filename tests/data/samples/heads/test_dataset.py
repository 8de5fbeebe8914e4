import json

from data import find_clips
from data.samples.heads import dataset as sample
from data.video import decode, frame_rate


def test_clips_lie_as_train_and_val_videos_that_the_data_set_modes_find(tmp_path):
    root = sample.ensure(tmp_path / "heads", frames=2, size=64)
    for split, count in (("train", 24), ("val", 6)):
        clips = find_clips("videofile", root, split)
        assert [clip.name for clip in clips] == [f"head_{n:02d}" for n in range(count)]
    frames = list(decode(clips[0].video))
    assert len(frames) == 2 and frames[0].shape == (64, 64, 3) and frame_rate(clips[0].video) == 25
    assert json.loads((root / "heads.json").read_text())["format"] == sample.FORMAT


def test_a_clip_is_the_same_bytes_every_time_and_train_differs_from_val(tmp_path):
    for name in ("one", "two"):
        for split in ("train", "val"):
            sample.write_clip(tmp_path / name, split, 0, frames=2, size=64)
    one, two, val = (tmp_path / p / "head_00.mp4" for p in ("one/train", "two/train", "one/val"))
    assert one.read_bytes() == two.read_bytes() != val.read_bytes()
