import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from models.evaluation.metrics.feature_networks import I3D, FeatureNetwork
from models.evaluation.metrics.frechet import FeatureStatistics, Gaussian, frechet_distance
from tests.helpers import feature_files, tiny


def gathered(vectors, batch=None):
    gaussian = Gaussian(vectors.shape[1])
    for part in vectors.split(batch or len(vectors)):
        gaussian.add(part)
    return gaussian


def samples_of(mean, covariance, seed=0, count=40):
    """Vectors with exactly this mean and covariance: random ones, whitened and coloured."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, len(mean), dtype=torch.float64, generator=generator)
    white = torch.linalg.qr(noise - noise.mean(dim=0))[0] * (count - 1) ** 0.5
    return white @ torch.linalg.cholesky(covariance).T + mean


def rotation(size, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.linalg.qr(torch.randn(size, size, dtype=torch.float64, generator=generator))[0]


def f64(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("batch", [1, 3, 50])
def test_streaming_is_numpys_covariance_far_from_the_origin_too(batch):
    vectors = torch.randn(50, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) @ rotation(6) + 1e6
    gaussian = gathered(vectors, batch)
    np.testing.assert_allclose(gaussian.mean, vectors.numpy().mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(gaussian.covariance, np.cov(vectors.numpy(), rowvar=False), atol=1e-8)
    assert gaussian.count == 50


def test_single_precision_vectors_are_gathered_in_double():
    vectors = torch.rand(2000, 2, generator=torch.Generator().manual_seed(0)) * 1e-3 + 1000
    expected = np.cov(vectors.numpy().astype(np.float64), rowvar=False)
    np.testing.assert_allclose(gathered(vectors, 7).covariance, expected, atol=1e-15)


def test_the_distance_of_known_diagonal_gaussians():
    a = gathered(samples_of(f64(0, 0, 1), torch.diag(f64(1, 4, 9))))
    b = gathered(samples_of(f64(1, 0, 3), torch.diag(f64(4, 1, 9)), seed=1))
    assert frechet_distance(a, b) == pytest.approx((1 + 4) + (1 - 2) ** 2 + (2 - 1) ** 2, abs=1e-3)


def test_the_distance_of_rotated_gaussians():
    turn = rotation(3)
    one, other = (turn @ torch.diag(values) @ turn.T for values in (f64(1, 4, 9), f64(16, 1, 0.25)))
    a, b = gathered(samples_of(f64(0, 0, 0), one)), gathered(samples_of(f64(0, 3, 0), other, seed=1))
    assert frechet_distance(a, b) == pytest.approx(9 + (1 - 4) ** 2 + (2 - 1) ** 2 + (3 - 0.5) ** 2, abs=1e-3)


def test_covariances_that_do_not_commute_agree_with_scipys_matrix_root():
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 80, 12, dtype=torch.float64, generator=generator)
    vectors = noise @ torch.randn(2, 12, 12, dtype=torch.float64, generator=generator)
    one, other = (np.cov(v.numpy(), rowvar=False) for v in vectors)
    shift = vectors[0].numpy().mean(axis=0) - vectors[1].numpy().mean(axis=0)
    expected = shift @ shift + np.trace(one + other - 2 * sqrtm(one @ other).real)
    assert frechet_distance(*map(gathered, vectors)) == pytest.approx(expected, abs=1e-6)


def test_singular_covariances_have_a_distance():
    """Two lines at an angle: tr (C1 C2)^(1/2) is the product of the deviations times the cosine."""
    line = torch.linspace(-1, 1, 9, dtype=torch.float64)[:, None]
    a, b = gathered(3 * line @ f64(1, 0, 0)[None]), gathered(2 * line @ f64(0.6, 0.8, 0)[None])
    variance = line.var().item()
    assert frechet_distance(a, b) == pytest.approx(variance * (9 + 4 - 2 * 3 * 2 * 0.6), abs=1e-6)


def test_fewer_vectors_than_entries_still_give_zero_for_the_same_ones():
    vectors = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    assert frechet_distance(gathered(vectors), gathered(vectors, 2)) == pytest.approx(0, abs=1e-9)


def test_vectors_that_are_all_the_same_have_a_distance():
    a, b = gathered(f64(1, 2).expand(3, 2)), gathered(samples_of(f64(1, 4), torch.diag(f64(2, 3))))
    assert frechet_distance(a, b) == pytest.approx(4 + 2 + 3)
    assert frechet_distance(a, a) == 0


def test_the_distance_is_symmetric_and_never_negative():
    a, b = (gathered(torch.randn(9, 16, generator=torch.Generator().manual_seed(seed))) for seed in range(2))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), abs=1e-6)
    assert frechet_distance(a, a) >= 0


def test_a_vector_that_is_not_finite_is_not_hidden():
    good, bad = torch.randn(4, 3), torch.randn(4, 3)
    bad[2, 1] = torch.nan
    assert np.isnan(frechet_distance(gathered(good), gathered(bad)))


def test_no_vectors_change_nothing():
    gaussian = gathered(torch.randn(4, 3))
    before = gaussian.scatter.clone()
    gaussian.add(torch.empty(0, 3))
    assert gaussian.count == 4 and torch.equal(gaussian.scatter, before)


def test_one_vector_has_no_covariance():
    with pytest.raises(ValueError, match="at least 2 vectors, got 1"):
        frechet_distance(gathered(torch.randn(1, 3)), gathered(torch.randn(9, 3)))


@pytest.mark.parametrize("shape", [(4, 2), (3,), (1, 4, 3)])
def test_vectors_of_another_size_are_refused(shape):
    with pytest.raises(ValueError, match=r"want vectors \[N, 3\], got"):
        Gaussian(3).add(torch.zeros(shape))


def i3d(tmp_path):
    return FeatureNetwork(I3D, feature_files.save(feature_files.I3d(), tmp_path / "i3d.pt"), torch.device("cpu"), True)


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


@pytest.mark.parametrize("cut", [0, 1, 7, 20])
def test_merged_distributions_are_that_of_all_vectors(cut):
    vectors = torch.randn(20, 5, dtype=torch.float64) * 3 + 100
    first, second, whole = Gaussian(5), Gaussian(5), Gaussian(5)
    first.add(vectors[:cut])
    second.add(vectors[cut:])
    whole.add(vectors)
    first.merge(second)
    assert first.count == 20
    torch.testing.assert_close((first.mean, first.scatter), (whole.mean, whole.scatter), rtol=1e-12, atol=0)


def test_a_frame_that_is_not_finite_shows_in_the_merged_distribution_too():
    first, second = Gaussian(5), Gaussian(5)
    second.mean.fill_(torch.nan)
    first.merge(second)
    assert first.mean.isnan().all()
