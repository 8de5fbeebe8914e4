import numpy as np
import torch

from models.evaluation.metrics.feature_networks import I3D, FeatureNetwork
from models.evaluation.metrics.feature_statistics import FeatureStatistics
from tests.helpers import feature_files, tiny


def i3d(tmp_path):
    return FeatureNetwork(I3D, feature_files.save(feature_files.I3d(), tmp_path / "i3d.pt"), torch.device("cpu"))


def watched(statistics, *clips):
    for clip in clips:
        for index, frame in enumerate(clip):
            statistics.add(frame, begins=index == 0)
    return statistics.gaussian


def test_windows_are_consecutive_do_not_overlap_and_stay_within_a_clip(tmp_path):
    network = i3d(tmp_path)
    clips = [tiny.video(frames, seed=frames) for frames in (40, 15, 17)]
    gaussian = watched(FeatureStatistics(network), *clips)

    starts = [(0, 0), (0, 16), (2, 0)]  # of (clip, frame); the clip of 15 frames has none
    windows = [clips[clip][start : start + 16, 0].permute(1, 0, 2, 3) for clip, start in starts]
    pixels = torch.stack([((w + 1) * 127.5).round().to(torch.uint8) for w in windows])
    expected = network(pixels).double().numpy()
    assert gaussian.count == 3
    np.testing.assert_allclose(gaussian.mean, expected.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(gaussian.covariance, np.cov(expected, rowvar=False), atol=1e-12)


def test_what_is_kept_does_not_grow(tmp_path):
    statistics = FeatureStatistics(i3d(tmp_path))
    sizes = []
    for index, frame in enumerate(tiny.video(8, height=4, width=4).repeat(20, 1, 1, 1, 1)):
        statistics.add(frame, begins=index == 0)
        sizes.append(sum(kept.numel() for kept in statistics._window))
    assert max(sizes) == 15 * 3 * 4 * 4 and sizes[15::16] == [0] * 10


def test_output_that_is_not_finite_shows(tmp_path):
    frames = tiny.video(40)
    frames[3] = torch.inf
    assert watched(FeatureStatistics(i3d(tmp_path)), frames).mean.isnan().all()
