import numpy as np

from data.samples.street.noise import hash01, mix, pick, smooth


def test_equal_keys_give_equal_values_and_other_keys_unrelated_ones():
    keys = np.arange(20000)
    values = hash01(keys, 7)
    np.testing.assert_array_equal(values, hash01(keys, 7))
    assert abs(np.corrcoef(values, hash01(keys, 8))[0, 1]) < 0.03
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.03
    assert 0 <= values.min() and values.max() < 1 and abs(values.mean() - 0.5) < 0.01


def test_a_pick_is_always_a_row_of_the_table():
    table = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    assert {tuple(row) for row in pick(table, np.arange(50)).round(3).tolist()} <= {
        tuple(row) for row in pick(table, np.arange(500)).round(3).tolist()
    }
    np.testing.assert_allclose(np.unique(pick(table, np.arange(50)), axis=0), table, rtol=1e-6)


def test_smooth_noise_is_anchored_continuous_and_balanced():
    x = np.linspace(-300, 300, 3000).astype(np.float32)
    y = np.full_like(x, 12.3)
    values = smooth(x, y)
    np.testing.assert_array_equal(values[::7], smooth(x[::7], y[::7]))
    assert np.abs(np.diff(values)).max() < 0.5
    assert abs(values.mean()) < 0.2 and values.std() > 0.2


def test_no_points_give_no_noise():
    assert smooth(np.zeros(0, np.float32), np.zeros(0, np.float32)).shape == (0,)


def test_mixing_leaves_its_arguments_alone():
    colour = np.zeros((3, 3), np.float32)
    out = mix(colour, np.ones(3), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(out[:, 0], [0, 0.5, 1])
    assert not colour.any()
