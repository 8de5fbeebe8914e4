import hashlib
import warnings
from dataclasses import replace

import pytest
import torch
from torch import nn

from models.evaluation.metrics.feature_networks import I3D, INCEPTION, FeatureNetwork, feature_network
from tests.helpers import feature_files

CPU = torch.device("cpu")


def test_inception_is_called_with_8_bit_frames(tmp_path):
    network = FeatureNetwork(INCEPTION, feature_files.save(feature_files.Inception(), tmp_path / "i.pt"), CPU, True)
    features = network(torch.full((2, 3, 1, 20, 30), 51, dtype=torch.uint8))
    assert features.shape == (2, 2048)
    torch.testing.assert_close(features[:, :48], torch.full((2, 48), 0.2))


def test_i3d_is_called_with_windows_and_asked_to_scale_and_resize(tmp_path):
    network = FeatureNetwork(I3D, feature_files.save(feature_files.I3d(), tmp_path / "i.pt"), CPU, True)
    features = network(torch.full((2, 3, 16, 20, 30), 255, dtype=torch.uint8))
    assert features.shape == (2, 400) and not features.requires_grad
    torch.testing.assert_close(features[:, :48], torch.ones(2, 48))


def test_reading_says_nothing_about_the_age_of_the_format(tmp_path):
    path = feature_files.save(feature_files.Inception(), tmp_path / "i.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FeatureNetwork(INCEPTION, path, CPU, True)


def test_a_file_is_read_once_and_known_by_its_content(tmp_path):
    paths = [feature_files.save(feature_files.I3d(), tmp_path / name) for name in ("a.pt", "b.pt")]
    assert feature_network(I3D, paths[0], CPU, True) is feature_network(I3D, paths[0], CPU, True)
    before = FeatureNetwork(I3D, paths[1], CPU, True).fingerprint
    with paths[1].open("ab") as file:
        file.write(b"\0")
    assert len(before) == 16 and FeatureNetwork(I3D, paths[1], CPU, True).fingerprint != before


def test_a_file_that_is_not_the_published_one_is_not_read_unless_it_is_trusted(tmp_path):
    path = feature_files.save(feature_files.I3d(), tmp_path / "i.pt")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(
        ValueError, match=f"i.pt is not the published file, its SHA-256 is {sha256}.*--trust_torchscript"
    ):
        FeatureNetwork(I3D, path, CPU)
    assert FeatureNetwork(replace(I3D, sha256=sha256), path, CPU).fingerprint == sha256[:16]


@pytest.mark.parametrize("published", [INCEPTION, I3D])
def test_a_missing_file_is_named_with_its_source(published, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        FeatureNetwork(published, tmp_path / "none.pt", CPU)
    for word in (str(tmp_path / "none.pt"), published.name, "https://"):
        assert word in str(caught.value)
    assert published.missing(None).startswith(f"{published.flag} FILE is not given")


def state_dict(path):
    torch.save(nn.Linear(2, 2).state_dict(), path)


def pickled_module(path):
    torch.save(nn.Linear(2, 2), path)


@pytest.mark.parametrize("write", [state_dict, pickled_module, lambda p: p.write_text("hello"), lambda p: p.touch()])
def test_a_file_of_another_kind_is_refused(write, tmp_path):
    write(tmp_path / "wrong.pt")
    with pytest.raises(ValueError, match=r"wrong.pt is no TorchScript file: .*\n--i3d_weights wants i3d_torchscript"):
        FeatureNetwork(I3D, tmp_path / "wrong.pt", CPU, True)


def test_a_network_that_is_called_otherwise_is_refused(tmp_path):
    path = feature_files.save(feature_files.Inception(), tmp_path / "inception.pt")
    with pytest.raises(ValueError, match=r"holds another network, a call of it fails: forward\(\) expected"):
        FeatureNetwork(I3D, path, CPU, True)


def test_a_network_that_gives_something_else_is_refused(tmp_path):
    path = feature_files.save(feature_files.Unpooled(), tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"its features are \[1, 3, 32, 32\], not \[1, 2048\]"):
        FeatureNetwork(INCEPTION, path, CPU, True)
    path = feature_files.save(feature_files.Inception(), tmp_path / "inception.pt")
    with pytest.raises(ValueError, match=r"its features are \[1, 2048\], not \[1, 1008\]"):
        FeatureNetwork(replace(INCEPTION, features=1008), path, CPU, True)
