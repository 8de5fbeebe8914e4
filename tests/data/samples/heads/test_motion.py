import numpy as np

from data.samples.heads.motion import poses


def column(name, seed=1, frames=60):
    return np.array([getattr(pose, name) for pose in poses([seed], frames)])


def test_the_same_seed_gives_the_same_motion_and_another_another():
    assert poses([1, 2], 5) == poses([1, 2], 5) != poses([1, 3], 5)


def test_a_head_moves_little_from_frame_to_frame_but_moves():
    for name, fastest in (("x", 0.02), ("yaw", 0.1), ("pitch", 0.05), ("roll", 0.04)):
        steps = np.abs(np.diff(column(name)))
        assert 0 < steps.max() < fastest, name


def test_everybody_blinks_once_and_mostly_looks():
    for seed in range(5):
        eyes = column("eyes", seed, frames=30)
        assert eyes.min() == 0 and np.mean(eyes == 1) > 0.7


def test_the_mouth_opens_and_shuts():
    mouth = column("mouth")
    assert mouth.min() == 0 and mouth.max() > 0.3 and mouth.max() <= 1


def test_short_clips_work():
    assert len(poses([1], 1)) == 1 and len(poses([1], 4)) == 4
