"""The built-in sample: what it holds, how it is made, how it moves."""

import hashlib
import json

import cv2
import numpy as np
import pytest

from data.samples.street import dataset as sample
from data.samples.street.palette import VIPER


def digest(folder):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def short_sample(tmp_path_factory):
    """Made where an older version lay."""
    root = tmp_path_factory.mktemp("made") / "sample"
    root.mkdir()
    (root / sample.STAMP_NAME).write_text(json.dumps({"format": 0}))
    (root / "stale.txt").write_text("old")
    return sample.ensure(root, frames=1)


def test_it_lies_on_disk_as_the_real_data_sets_do(short_sample):
    for split, count in (("train", 40), ("val", 13)):
        for kind, suffix in (("img", "jpg"), ("cls", "png")):
            found = sorted((short_sample / "Viper" / split / kind).rglob("*.*"))
            assert len(found) == count
            assert all(p.name == f"{p.parent.name}_00000.{suffix}" and len(p.parent.name) == 3 for p in found)
    for split, count in (("train", 12), ("val", 2)):
        found = sorted((short_sample / "Cityscapes_sequence/leftImg8bit" / split).glob("*/*_000000_leftImg8bit.png"))
        assert len(found) == count
        assert all(p.name.startswith(f"{p.parent.name}_0000") for p in found)


def test_frames_and_label_maps_lie_once_more_as_squares_and_fit_each_other(short_sample):
    for split, count in (("train", 40), ("val", 13)):
        frames, labels = (sorted((short_sample / split / domain).iterdir()) for domain in "AB")
        assert [p.stem for p in frames] == [p.stem for p in labels] and len(frames) == count
    wide = cv2.imread(str(short_sample / "Viper/val/cls/066/066_00000.png"))
    square = cv2.imread(str(short_sample / "val/B/066_00000.png"))
    assert (square == wide[:, 1::2]).all()  # no colours mixed
    frame = cv2.imread(str(short_sample / "val/A/066_00000.jpg")).astype(int)
    wide = cv2.imread(str(short_sample / "Viper/val/img/066/066_00000.jpg")).astype(int)
    assert frame.shape == (128, 128, 3)
    assert abs((wide[:, ::2] + wide[:, 1::2]) / 2 - frame).mean() < 4  # 8-bit levels, of two lossy files


def test_nothing_unfinished_stays_beside_it(short_sample):
    assert {p.name for p in short_sample.parent.iterdir()} == {"sample", ".sample.lock"}


def test_a_second_call_makes_nothing(short_sample):
    before = {p: p.stat().st_mtime_ns for p in short_sample.rglob("*")}
    assert sample.ensure(short_sample, frames=1) == short_sample
    assert {p: p.stat().st_mtime_ns for p in short_sample.rglob("*")} == before


def test_the_val_split_alone_is_what_tests_need_and_the_rest_joins_it(short_sample, tmp_path):
    root = sample.ensure(tmp_path / "sample", frames=1, splits=["val"])
    val, whole = digest(root), digest(short_sample)
    assert json.loads((root / sample.STAMP_NAME).read_text())["parts"] == ["val"]
    assert {name for name in whole if "val/" in name} == val.keys() - {sample.STAMP_NAME}
    sample.ensure(root, frames=1)
    assert digest(root) == whole


def test_another_version_is_replaced(short_sample):
    assert not (short_sample / "stale.txt").exists()
    assert json.loads((short_sample / sample.STAMP_NAME).read_text())["format"] == sample.FORMAT


def test_a_folder_that_is_no_sample_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ValueError, match="holds no sample.json"):
        sample.ensure(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_clip_is_the_same_bytes_every_time(tmp_path):
    clip = sample.clips()[-1]
    for name in ("one", "two"):
        sample.write_clip(tmp_path / name, clip, frames=2)
    assert digest(tmp_path / "one") == digest(tmp_path / "two") and len(digest(tmp_path / "one")) == 2


def test_label_images_hold_palette_colours_only_and_fit_their_frame(short_sample):
    palette = set(VIPER.values())
    seen = set()
    for path in (short_sample / "Viper/val/cls").rglob("*.png"):
        label = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        assert label.shape == (128, 256, 3)
        seen |= {tuple(colour) for colour in np.unique(label.reshape(-1, 3), axis=0).tolist()}
    assert seen <= palette
    assert seen >= {VIPER[c] for c in ("sky", "road", "sidewalk", "building", "tree", "car")}


def test_a_is_colourful_and_b_is_grey(short_sample):
    def colourfulness(pattern):
        images = [cv2.imread(str(p)).astype(float) for p in sorted(short_sample.glob(pattern))]
        return np.mean([np.ptp(image, axis=2).mean() for image in images])

    a, b = colourfulness("Viper/train/img/*/*"), colourfulness("Cityscapes_sequence/leftImg8bit/train/*/*")
    assert a > 4 * b
