import pytest
import torch
from torch import nn

from models.teachers.any_generator import teacher_of
from models.teachers.any_generator.checks import check, check_size, frozen_layers
from tests.helpers.generators import SkipNet, made, row


class By(nn.Module):
    """A convolution, and what `function` makes of it."""

    def __init__(self, function):
        super().__init__()
        self.conv, self.function = nn.Conv2d(3, 4, 3, padding=1), function

    def forward(self, x):
        return self.function(self.conv(x)[:, :3])


def live_batch_norm():
    return nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3, track_running_stats=False))


def ignoring_eval():
    return By(lambda x: nn.functional.batch_norm(x, None, None, training=True))


REFUSED = {
    "no module": (lambda: len, "a generator is an nn.Module, got builtin_function_or_method"),
    "a classifier": (lambda: By(lambda x: x.mean((2, 3))), r"one picture \[1, 3, H, W\] .*got \[1, 3\]"),
    "a tuple": (lambda: By(lambda x: (x, x)), "got a tuple"),
    "another size": (lambda: By(lambda x: x[..., :-2]), r"makes 64 x 62 of 64 x 64 \(height x width\)"),
    "0 to 255": (lambda: By(lambda x: 255 * x.sigmoid()), r"values reach \d+, and pictures lie in \[-1, 1\]"),
    "noise": (lambda: By(lambda x: x + torch.rand_like(x)), "another picture of the same frame each time"),
    "batch norm without statistics": (live_batch_norm, r"without running statistics \(1 and 1 in all\)"),
    "batch norm in training": (ignoring_eval, "works as in training"),
    "no such size": (lambda: By(lambda x: x.view(-1, 3, 7, 7)), "does not take a frame 512 high and 512 wide: shape"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_teacher_is_refused_in_one_sentence(case):
    kind, message = REFUSED[case]
    with pytest.raises(ValueError, match=message) as refused:
        check(kind())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", [SkipNet, row])
def test_a_generator_is_frozen_and_seen_to_work(kind):
    generator = made(kind).train()
    frame = check(generator)
    assert frame.shape == (1, 3, 64, 64)
    assert not any(module.training for module in generator.modules())
    assert not any(p.requires_grad for p in generator.parameters())


def test_a_size_that_it_does_not_take_is_told():
    assert check(made(SkipNet), (24, 16)).shape == (1, 3, 16, 24)
    told = "does not take a frame 20 high and 24 wide: Sizes of tensors must match.*; it takes 64 x 64$"
    with pytest.raises(ValueError, match=told):
        check(made(SkipNet), (24, 20))
    with pytest.raises(ValueError, match="does not take a frame 20 high and 24 wide: shape '[^;]*$"):
        check(By(lambda x: x.view(-1, 3, 7, 7)), (24, 20))


def test_sizes_are_refused_by_the_multiple_where_it_is_known():
    teacher = teacher_of(made(SkipNet), cut="down3_0:cat")
    check_size(teacher, (24, 16))
    with pytest.raises(ValueError, match="takes sides that are multiples of 8, got 24 x 20 px"):
        check_size(teacher, (24, 20))
    with pytest.raises(ValueError, match="does not take a frame 20 high"):
        check_size(made(SkipNet), (24, 20))


def test_what_works_differently_in_training_is_told():
    assert frozen_layers(row()) == ""
    assert frozen_layers(SkipNet()) == "frozen: batch norm uses its running statistics, also in training"
    assert frozen_layers(nn.Sequential(SkipNet(), nn.Dropout())).endswith(
        "statistics and dropout is off, also in training"
    )
