"""The published split of Viper, made of links."""

import subprocess

import pytest

from data.layouts import viper
from tests.helpers.runs import ROOT


@pytest.fixture
def downloaded(tmp_path, write_frames):
    [frame] = write_frames(tmp_path, ["frame.jpg"])
    for clip in (f"{number:03d}" for number in range(1, 78)):
        folder = tmp_path / "in" / "train" / "img" / clip
        folder.mkdir(parents=True)
        for number in (1, 2):
            (folder / f"{clip}_{number:05d}.jpg").hardlink_to(frame)
    return tmp_path / "in"


def prepare(*words):
    script = ROOT / "scripts" / "prepare_viper.sh"
    return subprocess.run(["bash", script, *words], capture_output=True, text=True)


def test_both_splits_are_read_as_published(downloaded, tmp_path):
    ran = prepare(downloaded, tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        f"{tmp_path}/out/Viper/train: 56 clips, 112 frames",
        f"{tmp_path}/out/Viper/val: 21 clips, 42 frames",
    ]
    held_out = [*range(25, 30), *range(40, 44), *range(63, 70), *range(73, 78)]
    assert [int(clip.name) for clip in viper(tmp_path / "out", "val")] == held_out
    train = viper(tmp_path / "out", "train")
    assert [int(clip.name) for clip in train] == [n for n in range(1, 78) if n not in held_out]
    assert len(train[0].frames) == 2
    again = prepare(downloaded, tmp_path / "out")
    assert again.returncode == 1 and "is there already" in again.stderr


def test_a_download_that_is_not_whole_leaves_nothing(downloaded, tmp_path):
    for clip in ("030", "077"):
        for frame in (downloaded / "train" / "img" / clip).iterdir():
            frame.unlink()
    ran = prepare(downloaded, tmp_path / "out")
    assert ran.returncode == 1 and ran.stderr.strip().endswith("lacks frames of 2 of 77 clips: 030 077")
    assert not (tmp_path / "out").exists()
    ran = prepare(tmp_path, tmp_path / "out")
    assert ran.returncode == 1 and "holds no train/img/001" in ran.stderr
    assert prepare(tmp_path).returncode == 2
