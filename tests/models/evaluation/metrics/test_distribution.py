import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from models.evaluation.metrics.base import FrameContext, MetricResources
from models.evaluation.metrics.distribution import Fid, Fvd, real_features
from models.evaluation.metrics.feature_networks import I3D, FeatureNetwork
from tests.helpers import feature_files, tiny

MODULES = {Fid: feature_files.Inception, Fvd: feature_files.I3d}
FIELDS = {Fid: "inception", Fvd: "i3d"}


class Videos(tuple):
    fingerprint = "fixed"


def resources(metric, tmp_path, *real):
    path = feature_files.save(MODULES[metric](), tmp_path / "network.pt")
    return MetricResources(**{FIELDS[metric]: path}, real=Videos(real), trust_torchscript=True)


def shown(metric, *clips):
    for clip in clips:
        for index, frame in enumerate(clip):
            scene = FrameContext("clip", index, frame, previous=clip[index - 1] if index else None)
            assert metric.update(scene, frame, frame, index % 3) == {}
    return metric.compute()


def clip_of(seed, frames=36, brightness=0.0):
    noise = tiny.video(frames, height=12, width=20, seed=seed)
    return (noise * 0.5 + brightness).clamp(-1, 1)


def reference(one, other):
    """The formula as the references write it, from features [N, D]."""
    shift, (a, b) = one.mean(axis=0) - other.mean(axis=0), (np.cov(f, rowvar=False) for f in (one, other))
    return shift @ shift + np.trace(a + b - 2 * sqrtm(a @ b).real)


def test_fid_agrees_with_scipy(tmp_path):
    real, made = [clip_of(0, 60), clip_of(1, 40)], [clip_of(2, 80, brightness=0.3)]
    pixels = [((torch.cat(list(clips)).squeeze(1) + 1) * 127.5).round().to(torch.uint8) for clips in (real, made)]
    cells = [feature_files.Inception()(p, return_features=True)[:, :48].double().numpy() for p in pixels]
    figures = shown(Fid(resources(Fid, tmp_path, *real)), *made)
    assert figures["fid"]["all"] == pytest.approx(reference(*cells), rel=1e-3)
    assert figures["fid"] == {"all": figures["fid"]["all"], "frames": 80, "real_frames": 100}


def test_fvd_of_windows_with_known_distributions(tmp_path):
    """Still windows of one grey level g are 48 features 2g/255 - 1: the distance is that of two numbers, 48 times."""
    levels = [np.array([20, 60, 100, 140]), np.array([90, 100, 110, 120])]
    real, made = ([torch.full((16, 1, 3, 8, 8), v / 127.5 - 1) for v in side] for side in levels)
    one, other = (side / 127.5 - 1 for side in levels)
    expected = 48 * ((one.mean() - other.mean()) ** 2 + (one.std(ddof=1) - other.std(ddof=1)) ** 2)
    figures = shown(Fvd(resources(Fvd, tmp_path, *real)), *made)
    assert figures["fvd"]["all"] == pytest.approx(expected, abs=1e-3)
    assert figures["fvd"]["windows"] == figures["fvd"]["real_windows"] == 4


@pytest.mark.parametrize("metric", MODULES)
def test_the_real_videos_themselves_have_distance_zero_and_others_more(metric, tmp_path):
    real = [clip_of(0), clip_of(1)]
    supplied = resources(metric, tmp_path, *real)
    same, other = (shown(metric(supplied), *clips)[metric.name]["all"] for clips in (real, [clip_of(2), clip_of(3)]))
    assert same == pytest.approx(0, abs=1e-5) and other > 1e-3


def test_fvd_sees_an_order_of_frames_that_fid_does_not(tmp_path):
    ramp = torch.linspace(-0.8, 0.8, 16).reshape(16, 1, 1, 1, 1).expand(-1, 1, 3, 8, 8)
    real = [ramp * scale for scale in (0.6, 0.8, 1.0)]
    backwards = [clip.flip(0) for clip in real]
    assert shown(Fid(resources(Fid, tmp_path, *real)), *backwards)["fid"]["all"] == pytest.approx(0, abs=1e-5)
    assert shown(Fvd(resources(Fvd, tmp_path, *real)), *backwards)["fvd"]["all"] > 1


@pytest.mark.parametrize("real, made", [((15, 15), (32,)), ((32,), (31,)), ((32,), ())])
def test_too_few_frames_are_a_warning_with_the_counts_and_no_figure(real, made, tmp_path):
    metric = Fvd(resources(Fvd, tmp_path, *(clip_of(0, n) for n in real)))
    counts = sum(n // 16 for n in made), sum(n // 16 for n in real)
    told = f"at least 2 windows of 16 frames .* got {counts[0]} of the output and {counts[1]} of the real videos"
    with pytest.warns(UserWarning, match=told):
        figures = shown(metric, *(clip_of(1, n) for n in made))
    assert figures == {"fvd": {"all": None, "windows": counts[0], "real_windows": counts[1]}}


def test_methods_share_the_network_and_what_is_known_of_the_real_videos(tmp_path):
    class Once(Videos):
        def __iter__(self):
            assert not hasattr(self, "seen"), "gone through twice"
            self.seen = True
            return super().__iter__()

    path = feature_files.save(feature_files.I3d(), tmp_path / "network.pt")
    supplied = MetricResources(i3d=path, real=Once([clip_of(0)]), trust_torchscript=True)
    assert Fvd(supplied)._real is Fvd(supplied)._real


def test_what_is_missing_is_named_with_its_flag(tmp_path):
    real, file = Videos(), feature_files.save(feature_files.I3d(), tmp_path / "network.pt")
    assert Fid.missing(MetricResources(real=real)).startswith("FID: --inception_weights FILE is not given")
    assert f"there is no file {tmp_path / 'none.pt'}" in Fvd.missing(
        MetricResources(i3d=tmp_path / "none.pt", real=real)
    )
    assert "--real_root" in Fvd.missing(MetricResources(i3d=file))
    assert Fvd.missing(MetricResources(i3d=file, real=real)) is None


def test_a_diverged_output_is_not_hidden(tmp_path):
    made = clip_of(1)
    made[20] = torch.nan
    assert np.isnan(shown(Fvd(resources(Fvd, tmp_path, clip_of(0))), made)["fvd"]["all"])


class CountedVideos(list):
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
    return FeatureNetwork(I3D, path, torch.device("cpu"), True)


@pytest.fixture
def videos():
    return CountedVideos([tiny.video(33, seed=0), tiny.video(20, seed=1)])


def same(a, b):
    return a.count == b.count and torch.equal(a.mean, b.mean) and torch.equal(a.scatter, b.scatter)


def test_the_second_time_the_file_is_read(network, videos, tmp_path):
    first = real_features(network, videos, tmp_path / "deep" / "cache")
    second = real_features(network, videos, tmp_path / "deep" / "cache")
    assert videos.looks == 1 and first.count == 3 and same(first, second)
    assert [p.name.rsplit("_", 1)[0] for p in (tmp_path / "deep" / "cache").iterdir()] == ["i3d_torchscript"]


def test_other_videos_are_looked_at(network, videos, tmp_path):
    first = real_features(network, videos, tmp_path / "cache")
    other = CountedVideos([tiny.video(33, seed=2), tiny.video(20, seed=3)], fingerprint="b")
    assert not same(first, real_features(network, other, tmp_path / "cache")) and other.looks == 1


def test_other_weights_look_again(network, videos, tmp_path):
    real_features(network, videos, tmp_path / "cache")
    with (tmp_path / "i3d.pt").open("ab") as file:
        file.write(b"\0")
    real_features(FeatureNetwork(I3D, tmp_path / "i3d.pt", torch.device("cpu"), True), videos, tmp_path / "cache")
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
        real_features(network, CountedVideos([stopped()]), tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_nothing_is_kept_without_a_folder(network, videos, tmp_path):
    assert same(real_features(network, videos, None), real_features(network, videos, None))
    assert videos.looks == 2 and [p.name for p in tmp_path.iterdir()] == ["i3d.pt"]
