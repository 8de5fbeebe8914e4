import pytest

from models.training.schedule import lr_factor


def test_the_rate_is_constant_then_falls_in_equal_steps_and_never_reaches_zero():
    assert [lr_factor(epoch, 3, 3) for epoch in range(1, 7)] == [1, 1, 1, 0.75, 0.5, 0.25]


def test_without_decay_every_epoch_trains_at_the_full_rate():
    assert [lr_factor(epoch, 2, 0) for epoch in (1, 2)] == [1, 1]


@pytest.mark.parametrize("epoch", [0, 7])
def test_an_epoch_outside_the_training_is_refused(epoch):
    with pytest.raises(ValueError, match=r"1\.\.6"):
        lr_factor(epoch, 3, 3)
