import numpy as np
import pytest
import torch

from data.faces.part_maps import PartMaps


def file(folder, array):
    np.save(folder / "maps.npy", array)
    return folder / "maps.npy"


def maps(frames=3, height=16, width=24, kind=np.float32):
    return np.random.default_rng(0).normal(size=(frames, 19, height, width)).astype(kind)


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.float64])
def test_a_frames_map_is_read_by_its_number(tmp_path, kind):
    stored = maps(kind=kind)
    read = PartMaps(file(tmp_path, stored), (24, 16), 3)
    assert read[2].dtype == torch.float32 and read[2].shape == (1, 19, 16, 24)
    np.testing.assert_array_equal(read[2][0].numpy(), stored[2].astype(np.float32))


def test_more_maps_than_frames_are_allowed_and_fewer_are_not(tmp_path):
    path = file(tmp_path, maps())
    PartMaps(path, (24, 16), 2)
    with pytest.raises(ValueError, match=r"maps\.npy holds 3 maps, but 4 frames"):
        PartMaps(path, (24, 16), 4)


@pytest.mark.parametrize("wrong", [maps(height=8), maps()[:, :5], maps().astype(np.uint8), maps()[0]])
def test_other_maps_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"must hold floating-point numbers \[N, 19, 16, 24\]") as told:
        PartMaps(file(tmp_path, wrong), (24, 16), 3)
    assert f"got {wrong.dtype} {list(wrong.shape)}" in str(told.value)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "maps.npy").write_text("no maps")
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        PartMaps(tmp_path / "maps.npy", (24, 16), 3)
    np.save(tmp_path / "objects.npy", {"a": 1}, allow_pickle=True)
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        PartMaps(tmp_path / "objects.npy", (24, 16), 3)
    np.savez(tmp_path / "several.npz", a=maps())
    with pytest.raises(ValueError, match="is no NumPy file of face parts"):
        PartMaps(tmp_path / "several.npz", (24, 16), 3)
    with pytest.raises(FileNotFoundError, match="no file of face parts"):
        PartMaps(tmp_path / "none.npy", (24, 16), 3)
