"""What a foreign generator must be, so that it can be a teacher: tried on small frames of noise."""

import torch
from torch import Tensor, nn

SIZES = (64, 128, 256, 512)  # pixels per side of the frames that are tried; the first that the generator takes is used
LARGEST = 10.0  # an untrained generator may leave [-1, 1] by as much, one that works in 0 to 255 leaves it further
NORMS = nn.modules.batchnorm._BatchNorm


@torch.no_grad()
def check(generator: object, size: tuple[int, int] | None = None) -> Tensor:
    """Freeze a generator, in eval mode, and return a frame [1, 3, H, W] on which it was seen to work.

    Args:
        size: (width, height) of the frames it has to take; None: a square of one of SIZES.

    Raises:
        ValueError: it takes no such frame, makes no picture, makes another picture each time, or lets the frames of a
            batch change each other. The message is one sentence.
    """
    if not isinstance(generator, nn.Module):
        raise ValueError(f"a generator is an nn.Module, got {type(generator).__name__}")
    generator.requires_grad_(False).eval()
    example, made = _example(generator, size)
    y = _picture(made, example)
    if y.abs().max() > LARGEST:
        raise ValueError(
            f"the generator's values reach {y.abs().max():.0f}, and pictures lie in [-1, 1]: return a module that "
            "converts, as in `net((x + 1) * 127.5) / 127.5 - 1`"
        )
    if not torch.equal(y, generator(example)):
        raise ValueError("the generator makes another picture of the same frame each time: switch its noise off")
    both = generator(torch.cat([example, 0.5 * example - 0.5]))[:1]  # a darker frame has other statistics
    if not torch.allclose(both, y, atol=1e-3 * (1 + y.abs().max().item())):
        raise ValueError(f"{_of_batches(generator)}: a frame's picture depends on the other frames of its batch")
    return example


@torch.no_grad()
def check_size(generator: nn.Module, size: tuple[int, int]) -> None:
    """Refuse frames of a (width, height) that the generator does not take, by a ValueError of one sentence.

    Args:
        generator: or a teacher, whose `size_multiple` is known.
    """
    multiple = getattr(generator, "size_multiple", 1)
    if any(side % multiple for side in size):
        width, height = size
        raise ValueError(f"the generator takes sides that are multiples of {multiple}, got {width} x {height} px")
    example, made = _example(generator, size)
    _picture(made, example)


def picture_of(generator: nn.Module, frame: Tensor) -> Tensor:
    """What the generator makes of a frame [1, 3, H, W]: [1, 3, k*H, k*W], k a whole number.

    Raises:
        ValueError: it makes something else.
    """
    return _picture(generator(frame), frame)


def _picture(y: object, frame: Tensor) -> Tensor:
    height, width = frame.shape[2:]
    if not isinstance(y, Tensor) or y.ndim != 4 or y.shape[:2] != (1, 3):
        got = list(y.shape) if isinstance(y, Tensor) else f"a {type(y).__name__}"
        raise ValueError(f"a generator makes one picture [1, 3, H, W] of a frame {list(frame.shape)}, got {got}")
    if y.shape[2] % height or y.shape[2] * width != y.shape[3] * height:
        raise ValueError(
            f"a picture has the size of its frame or a whole multiple of it: this generator makes "
            f"{y.shape[2]} x {y.shape[3]} of {height} x {width} (height x width)"
        )
    return y


def frozen_layers(generator: nn.Module) -> str:
    """One sentence on layers that work differently in training, where the generator has any; else nothing."""
    found = [
        kind
        for kind, layer in (("batch norm", NORMS), ("dropout", nn.modules.dropout._DropoutNd))
        if any(isinstance(module, layer) for module in generator.modules())
    ]
    meaning = {"batch norm": "batch norm uses its running statistics", "dropout": "dropout is off"}
    return f"frozen: {' and '.join(meaning[kind] for kind in found)}, also in training" if found else ""


def _example(generator: nn.Module, size: tuple[int, int] | None) -> tuple[Tensor, object]:
    """A frame that the generator takes, and what it makes of it."""
    reason = ""
    for width, height in [size] if size else [(side, side) for side in SIZES]:
        frame = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0)) * 2 - 1
        frame = frame.to(next(iter(generator.parameters()), frame))
        try:
            return frame, generator(frame)
        except Exception as error:  # foreign code raises what it likes
            reason = f"the generator does not take a frame {height} high and {width} wide: {_first_line(error)}"
    raise ValueError(reason + (_what_it_takes(generator) if size else ""))


def _what_it_takes(generator: nn.Module) -> str:
    try:
        height, width = _example(generator, None)[0].shape[2:]
    except ValueError:
        return ""
    return f"; it takes {width} x {height}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or repr(error)).splitlines()[0]


def _of_batches(generator: nn.Module) -> str:
    norms = [(name, module) for name, module in generator.named_modules() if isinstance(module, NORMS)]
    live = [name for name, norm in norms if norm.running_mean is None]
    if live:
        return f"batch norm without running statistics ({live[0]} and {len(live)} in all) works as in training"
    return "the generator works as in training, perhaps by batch norm that ignores eval mode"
