"""VToonify as a teacher: a sequence of steps from frame to picture, and where this sequence is cut."""

import math
from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.base import Teacher
from models.teachers.vtoonify.face_parsing import BiSeNet
from models.teachers.vtoonify.styled import (
    INPUT_CHANNELS,
    RGB,
    SCALE,
    StyledVToonify,
    check_input,
    network_input,
    unparsed,
)

# (start, end) of the body among the steps. It begins after the encoder's first features. A: the body ends with the last
# fusion, so the Shortcut alone sees the current frame's features. B: it ends before the last fusion, which then mixes
# the prediction with the current frame's own features; the tail is heavier.
CUTS = {"A": (1, 10), "B": (1, 9)}
BAND_PIXELS = 512 * 512  # of the features that a band is made from
HALO = 2  # rows above and below a band on which its picture depends
State = tuple[Tensor, ...]  # what one step hands to the next; (f_g, skip, ...) from the generator's first features on


class VToonifyTeacher(Teacher):
    """VToonify for one style and degree. f holds the generator's features and its RGB skip as further channels.

    x may also be [N, 22, H, W]: frames with the logits of their face parts (`network_input`).
    """

    head: "Head"
    body: nn.Sequential

    def uncut_weights(self) -> dict[str, Tensor]:
        """The weights that no style and no degree changes, without those of the face parsing network."""
        return {key: value for key, value in super().uncut_weights().items() if not key.startswith("parser.")}

    def face_parser(self) -> Callable[[Tensor], Tensor] | None:
        """Frames -> frames with their face parts, [N, 22, H, W]; None without a network that finds face parts."""
        return self.head.with_face_parts if self.head.parser else None

    def perceptual_features(self, y: Tensor) -> list[Tensor]:
        """The encoder's features at four sizes. y is first reduced to the size of an input; face parts are zero.

        Face parts of the frame would not lie where those of a caricature do.
        """
        reduced = F.avg_pool2d(y, self.scale)
        return list(self.body[0](self.head(unparsed(reduced))))


def cut(styled: StyledVToonify, split: str = "B", parser: BiSeNet | None = None) -> VToonifyTeacher:
    """A teacher that shares the weights of `styled`, which it freezes.

    Args:
        split: one of CUTS.
        parser: see `Head`.

    Raises:
        ValueError: no such split.
    """
    if split not in CUTS:
        raise ValueError(f"the split of VToonify must be one of {', '.join(CUTS)}, got {split}")
    start, end = CUTS[split]
    steps = _steps(styled)
    body, tail = OrderedDict(steps[start:end].named_children()), OrderedDict(steps[end:].named_children())
    parts = Head(steps[0], parser), nn.Sequential(body | {"pack": PackFeatures()}), Tail(tail)
    channels = styled.feature_channels
    return VToonifyTeacher(*parts, channels, channels + RGB, (start, end), scale=SCALE, image_channels=RGB)


def _steps(styled: StyledVToonify) -> nn.Sequential:
    """Step 0: x -> a. The next steps: state -> state. The last step: state -> picture."""
    steps = [styled.down[0], EncoderLevels(styled.down[1:]), EncoderResidual(styled.residual, styled.to_skip)]
    for fusion, level in zip(styled.fusions, styled.levels, strict=False):
        steps += [FusionStep(fusion), GeneratorLevel(level)]
    return nn.Sequential(*steps, LastGeneratorLevel(styled.levels[-1]))


class Head(nn.Module):
    """x -> a, the encoder's first features; x is frames [N, 3, H, W] or frames with face parts [N, 22, H, W].

    Args:
        layers: 22 channels -> a.
        parser: its `parse` finds the face parts of frames that come without, as logits. None: they are zero.
    """

    def __init__(self, layers: nn.Module, parser: BiSeNet | None):
        super().__init__()
        self.layers, self.parser = layers, parser

    def with_face_parts(self, x: Tensor) -> Tensor:
        """x [N, 3 or 22, H, W] -> [N, 22, H, W]. ValueError: see `check_input`."""
        check_input(x, (RGB, INPUT_CHANNELS))
        if x.shape[1] == RGB:
            x = network_input(x, self.parser.parse(x)) if self.parser else unparsed(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.with_face_parts(x))


class EncoderLevels(nn.Module):
    """a -> the encoder's features at all sizes, from 1/8 to the size of a."""

    def __init__(self, down: nn.ModuleList):
        super().__init__()
        self.down = down

    def forward(self, a: Tensor) -> State:
        features = [a]
        for layer in self.down:
            features.append(layer(features[-1]))
        return tuple(reversed(features))


class EncoderResidual(nn.Module):
    """Features, the smallest first -> (f_g, skip, *features), the generator's first features and RGB image."""

    def __init__(self, residual: nn.Module, to_skip: nn.Module):
        super().__init__()
        self.residual, self.to_skip = residual, to_skip

    def forward(self, features: State) -> State:
        f_g = self.residual(features[0])
        return f_g, self.to_skip(f_g), *features


class FusionStep(nn.Module):
    """(f_g, skip, f_e, *larger features) -> (f_g, skip, *larger features)."""

    def __init__(self, fusion: nn.Module):
        super().__init__()
        self.fusion = fusion

    def forward(self, state: State) -> State:
        f_g, skip, f_e, *larger = state
        return *self.fusion(f_g, skip, f_e), *larger


class GeneratorLevel(nn.Module):
    """(f_g, skip, *features) -> (f_g, skip, *features), f_g and skip at twice the size."""

    def __init__(self, level: nn.Module):
        super().__init__()
        self.level = level

    def forward(self, state: State) -> State:
        f_g, skip, *features = state
        return *self.level(f_g, skip), *features


class LastGeneratorLevel(nn.Module):
    """(f_g, skip, ...) -> the picture, [N, 3, 2h, 2w].

    The features of the largest size take more memory than anything else, and no later step needs them. So this step
    computes them in bands of rows and keeps only the picture.
    """

    def __init__(self, level: nn.Module):
        super().__init__()
        self.level = level

    def forward(self, state: State) -> Tensor:
        f_g, skip = state[:2]
        if torch.compiler.is_exporting():  # of a size that is not known, and whoever runs the graph plans its memory
            return self.level(f_g, skip)[1]
        height, width = f_g.shape[2:]
        rows = math.ceil(height / math.ceil(height * width / BAND_PIXELS))
        bands = []
        for start in range(0, height, rows):
            first, end = max(start - HALO, 0), min(start + rows, height)
            band = slice(first, end + HALO)
            _, picture = self.level(f_g[:, :, band], skip[:, :, band])
            bands.append(picture[:, :, 2 * (start - first) : 2 * (end - first)])
        return torch.cat(bands, 2)


class PackFeatures(nn.Module):
    """(f_g, skip, ...) -> f [N, C + 3, h, w]."""

    def forward(self, state: State) -> Tensor:
        return torch.cat(state[:2], 1)


class Tail(nn.Sequential):
    """f, a -> picture: the last steps."""

    def forward(self, f: Tensor, a: Tensor) -> Tensor:
        return super().forward((f[:, :-RGB], f[:, -RGB:], a))
