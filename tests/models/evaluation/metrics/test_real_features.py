import pytest
import torch

from models.evaluation.metrics.feature_networks import I3D, FeatureNetwork
from models.evaluation.metrics.real_features import real_features
from tests.helpers import feature_files, tiny


class Videos(list):
    """Clips in memory that count how often they are gone through."""

    def __init__(self, clips, fingerprint="a"):
        super().__init__(clips)
        self.fingerprint, self.looks = fingerprint, 0

    def __iter__(self):
        self.looks += 1
        return super().__iter__()


@pytest.fixture
def network(tmp_path):
    path = feature_files.save(feature_files.I3d(), tmp_path / "i3d.pt")
    return FeatureNetwork(I3D, path, torch.device("cpu"))


@pytest.fixture
def videos():
    return Videos([tiny.video(33, seed=0), tiny.video(20, seed=1)])


def same(a, b):
    return a.count == b.count and torch.equal(a.mean, b.mean) and torch.equal(a.scatter, b.scatter)


def test_the_second_time_the_file_is_read(network, videos, tmp_path):
    first = real_features(network, videos, tmp_path / "deep" / "cache")
    second = real_features(network, videos, tmp_path / "deep" / "cache")
    assert videos.looks == 1 and first.count == 3 and same(first, second)
    assert [p.name.rsplit("_", 1)[0] for p in (tmp_path / "deep" / "cache").iterdir()] == ["i3d_torchscript"]


def test_other_videos_are_looked_at(network, videos, tmp_path):
    first = real_features(network, videos, tmp_path / "cache")
    other = Videos([tiny.video(33, seed=2), tiny.video(20, seed=3)], fingerprint="b")
    assert not same(first, real_features(network, other, tmp_path / "cache")) and other.looks == 1


def test_other_weights_look_again(network, videos, tmp_path):
    real_features(network, videos, tmp_path / "cache")
    with (tmp_path / "i3d.pt").open("ab") as file:
        file.write(b"\0")
    real_features(FeatureNetwork(I3D, tmp_path / "i3d.pt", torch.device("cpu")), videos, tmp_path / "cache")
    assert videos.looks == 2 and len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("damage", [lambda data: data[:200], lambda data: b"", lambda data: b"no such file at all"])
def test_a_damaged_file_is_written_anew(damage, network, videos, tmp_path):
    first = real_features(network, videos, tmp_path / "cache")
    (path,) = (tmp_path / "cache").iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert same(first, real_features(network, videos, tmp_path / "cache")) and videos.looks == 2
    real_features(network, videos, tmp_path / "cache")
    assert videos.looks == 2


def test_a_run_that_is_stopped_leaves_no_file(network, tmp_path):
    def stopped():
        yield from tiny.video(20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        real_features(network, Videos([stopped()]), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_nothing_is_kept_without_a_folder(network, videos, tmp_path):
    assert same(real_features(network, videos, None), real_features(network, videos, None))
    assert videos.looks == 2 and [p.name for p in tmp_path.iterdir()] == ["i3d.pt"]
