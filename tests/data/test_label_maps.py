from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.clips import Clip
from data.label_maps import FacePartMaps, GroundTruth, find_label_map, read_label_map
from util.viper import ID, VIPER


def saved(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("name", ["063_00001.png", "063_00001_centered.png", "063/063_00001.png"])
def test_all_published_names_are_found(tmp_path, name):
    path = saved(tmp_path / name, np.zeros((4, 4, 3), np.uint8))
    assert find_label_map(Path("A/063_00001.jpg"), tmp_path) == path


def test_a_missing_ground_truth_is_named_with_where_it_should_be(tmp_path):
    saved(tmp_path / "063_00002.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(FileNotFoundError, match=r"frame 063_00001.jpg.*\n  .*063_00001.png\n.*_centered.png"):
        find_label_map(Path("A/063_00001.jpg"), tmp_path)


def test_resizing_mixes_no_colours(tmp_path):
    labels = np.array(list(VIPER.values()), np.uint8)[np.random.default_rng(0).integers(0, 32, (20, 30))]
    path = saved(tmp_path / "labels.png", labels)
    assert read_label_map(path, (17, 9)).shape == (9, 17, 3)
    assert {tuple(c) for c in read_label_map(path, (17, 9)).reshape(-1, 3).tolist()} <= set(VIPER.values())


def test_without_a_size_they_are_cut_like_their_frame(tmp_path):
    labels = np.random.default_rng(0).integers(0, 256, (10, 14, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_label_map(saved(tmp_path / "labels.png", labels), None), labels[1:9, 3:11])


def road(size=(24, 16), colour=VIPER["road"]):
    return np.full((size[1], size[0], 3), colour, np.uint8)


def test_ground_truth_of_a_clip_is_found_frame_by_frame(tmp_path):
    labels = [saved(tmp_path / f"001_{n}.png", road()) for n in range(2)]
    clip = Clip("001", tuple(Path(f"A/001_{n}.jpg") for n in range(3)))
    truth = GroundTruth(tmp_path, (24, 16))
    assert truth.paths(clip, limit=2) == labels
    with pytest.raises(FileNotFoundError, match="frame 001_2.jpg"):
        truth.paths(clip)
    assert GroundTruth(None, None).paths(clip) == list(clip.frames)


def test_frames_of_a_video_file_have_no_ground_truth():
    with pytest.raises(FileNotFoundError, match="clip drive: frames of a video file have no names"):
        GroundTruth(None, None).paths(Clip("drive", video=Path("drive.mp4")))


def test_class_ids_are_of_the_size_asked_for_and_what_is_resized_is_said(tmp_path):
    truth = GroundTruth(tmp_path, None)
    fitting, other = saved(tmp_path / "a.png", road()), saved(tmp_path / "b.png", road((50, 36)))
    assert (truth.ids(fitting, (24, 16)) == ID["road"]).all() and truth.warnings() == []
    assert truth.ids(other, (24, 16)).shape == (16, 24)
    assert truth.warnings() == ["1 label maps are not of their frames' size: resized, no colours mixed"]


def test_label_maps_resized_together_with_their_frames_are_nothing_to_tell(tmp_path):
    truth = GroundTruth(tmp_path, (24, 16))
    assert truth.ids(saved(tmp_path / "a.png", road((48, 32))), (24, 16)).shape == (16, 24)
    assert truth.warnings() == []


def test_unknown_colours_are_counted_and_named(tmp_path):
    truth = GroundTruth(tmp_path, None)
    assert (truth.ids(saved(tmp_path / "a.png", road(colour=(129, 64, 128))), (24, 16)) == ID["road"]).all()
    (warning,) = truth.warnings()
    assert "384 of 384 label pixels (100.00%)" in warning and "(129, 64, 128)" in warning


def file(folder, array):
    np.save(folder / "maps.npy", array)
    return folder / "maps.npy"


def maps(frames=3, height=16, width=24, kind=np.float32):
    return np.random.default_rng(0).normal(size=(frames, 19, height, width)).astype(kind)


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.float64])
def test_a_frames_map_is_read_by_its_number(tmp_path, kind):
    stored = maps(kind=kind)
    read = FacePartMaps(file(tmp_path, stored), (24, 16), 3)
    assert read[2].dtype == torch.float32 and read[2].shape == (1, 19, 16, 24)
    np.testing.assert_array_equal(read[2][0].numpy(), stored[2].astype(np.float32))


def test_more_maps_than_frames_are_allowed_and_fewer_are_not(tmp_path):
    path = file(tmp_path, maps())
    FacePartMaps(path, (24, 16), 2)
    with pytest.raises(ValueError, match=r"maps\.npy holds 3 maps, but 4 frames"):
        FacePartMaps(path, (24, 16), 4)


@pytest.mark.parametrize("wrong", [maps(height=8), maps()[:, :5], maps().astype(np.uint8), maps()[0]])
def test_other_maps_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"must hold floating-point numbers \[N, 19, 16, 24\]") as told:
        FacePartMaps(file(tmp_path, wrong), (24, 16), 3)
    assert f"got {wrong.dtype} {list(wrong.shape)}" in str(told.value)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "maps.npy").write_text("no maps")
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        FacePartMaps(tmp_path / "maps.npy", (24, 16), 3)
    np.save(tmp_path / "objects.npy", {"a": 1}, allow_pickle=True)
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        FacePartMaps(tmp_path / "objects.npy", (24, 16), 3)
    np.savez(tmp_path / "several.npz", a=maps())
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        FacePartMaps(tmp_path / "several.npz", (24, 16), 3)
    with pytest.raises(FileNotFoundError, match="no file of face parts"):
        FacePartMaps(tmp_path / "none.npy", (24, 16), 3)
