"""Unsupervised RecycleGAN's generator under its published weight names: its flags, and how they become a teacher."""

import copy
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from models.teachers.base import Flag, Teacher, TeacherFamily, cut_layers
from models.teachers.fused_layers import fuse_layers
from util import checkpoint

HEAD_LAYERS = 10  # layers before the residual blocks
STRIDE = 4  # two stride-2 convolutions


class ResidualBlock(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), reflection-padded 3x3 convolutions: [N, C, h, w] -> the same shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)

    def for_inference(self) -> "ResidualBlock":
        """The same function, of faster layers."""
        fast = copy.deepcopy(self)
        fast.conv_block = fuse_layers(fast.conv_block)
        return fast


class ResnetGenerator(nn.Module):
    """Image-to-image translator: [N, 3, H, W] in [-1, 1] -> the same shape and range, H and W multiples of 4.

    All layers lie in one flat `nn.Sequential` called `model`. So the state-dict keys are the published
    `model.<index>...`, and `--skip_idx_start/--skip_idx_end` are slice bounds into it. With 6 blocks: layers 0-9 go
    down to a quarter of the size, 10-15 are residual blocks, 16-24 go up again.

    Args:
        ngf: channels of the first convolution; the residual blocks have 4 * ngf.
        n_blocks: residual blocks, 6 or 9 in the published models.

    Source: Wang et al., Learning Temporally and Semantically Consistent Unpaired Video-to-video Translation (2022).
    """

    def __init__(self, ngf: int = 64, n_blocks: int = 6):
        super().__init__()
        self.ngf, self.n_blocks = ngf, n_blocks
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3),
            nn.Conv2d(3, ngf, 7),
            *_norm_relu(ngf),
            nn.Conv2d(ngf, 2 * ngf, 3, stride=2, padding=1),
            *_norm_relu(2 * ngf),
            nn.Conv2d(2 * ngf, 4 * ngf, 3, stride=2, padding=1),
            *_norm_relu(4 * ngf),
            *(ResidualBlock(4 * ngf) for _ in range(n_blocks)),
            nn.ConvTranspose2d(4 * ngf, 2 * ngf, 3, stride=2, padding=1, output_padding=1),
            *_norm_relu(2 * ngf),
            nn.ConvTranspose2d(2 * ngf, ngf, 3, stride=2, padding=1, output_padding=1),
            *_norm_relu(ngf),
            nn.ReflectionPad2d(3),
            nn.Conv2d(ngf, 3, 7),
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)

    @property
    def default_split(self) -> tuple[int, int]:
        """(5, 17) for 6 blocks: after the first stride-2 convolution, after the first transposed convolution."""
        return 5, HEAD_LAYERS + self.n_blocks + 1

    def cut(self, start: int | None = None, end: int | None = None) -> Teacher:
        """Teacher with head = model[:start], body = model[start:end], tail = model[end:]; it shares these weights.

        A bound that is None is that of `default_split`.

        Raises:
            ValueError: the bounds are not 0 < start < end < number of layers, or a and f differ in spatial size.
        """
        start = self.default_split[0] if start is None else start
        end = self.default_split[1] if end is None else end
        example = next(self.parameters()).new_zeros(1, 3, 4 * STRIDE, 4 * STRIDE)
        try:
            return cut_layers(self.model, start, end, example)
        except ValueError as error:
            raise ValueError(f"{error}; the default is {self.default_split}") from error


def from_published(weights: Mapping[str, Tensor]) -> ResnetGenerator:
    """The generator of a published state dict; its width and number of blocks are read off the tensors.

    It accepts what published files contain: a `module.` prefix, keys of a duplicate `decoder`, and the running
    statistics that very old instance norm layers saved. The rest must fit exactly.

    Raises:
        ValueError: the weights are of another network. The message counts the keys that do not fit.
    """
    clean = {str(key).removeprefix("module."): value for key, value in weights.items() if "decoder" not in str(key)}
    clean = {key: value for key, value in clean.items() if not key.endswith(_RUNNING_STATISTICS)}
    if any(".conv_block.6." in key for key in clean):
        dropout = "the generator was trained with dropout (keys `conv_block.6`); only no_dropout is supported"
        raise ValueError(f"{dropout} here, --teacher image_to_image loads it")
    first = clean.get("model.1.weight")
    n_blocks = len({key.split(".")[1] for key in clean if ".conv_block." in key})
    if not isinstance(first, Tensor) or first.ndim != 4 or n_blocks == 0:
        what = "not a ResNet generator: no model.1.weight or residual block"
        raise ValueError(f"{what} in {sorted(clean)[:4]} ...; --teacher image_to_image knows other kinds")
    what = f"a {n_blocks}-block ResNet generator of width {first.shape[0]}"
    return checkpoint.load_weights(ResnetGenerator(first.shape[0], n_blocks), clean, what)


_RUNNING_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def _norm_relu(channels: int) -> tuple[nn.Module, nn.Module]:
    # Not in place: the layer before a cut must keep the feature it returned.
    return nn.InstanceNorm2d(channels), nn.ReLU()


def build(weights: Mapping[str, Tensor], skip_idx_start: int | None = None, skip_idx_end: int | None = None) -> Teacher:
    """The generator of a published file; a Shortcut replaces its layers [skip_idx_start, skip_idx_end).

    None: the generator's own default.

    Raises:
        ValueError: weights of another network, or layers that no Shortcut can replace (`ResnetGenerator.cut`).
    """
    return from_published(weights).cut(skip_idx_start, skip_idx_end)


def problems(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the flags together."""
    start, end = values["skip_idx_start"], values["skip_idx_end"]
    if end is not None and end <= start:
        return [f"--skip_idx_end must be above --skip_idx_start {start}, got {end}"]
    return []


END = "first layer behind those; not given: behind the first transposed convolution (6 blocks 17, 9 blocks 20)"
FAMILY = TeacherFamily(
    build=build,
    flags=(
        Flag("skip_idx_start", int, 5, "first teacher layer that the Shortcut replaces", low=1),
        Flag("skip_idx_end", int, None, END, low=2),
    ),
    problems=problems,
    size_multiple=STRIDE,
)
