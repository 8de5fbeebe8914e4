"""VToonify as steps from frame to picture, each from one state to the next."""

import math

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.encoder import INPUT_CHANNELS
from models.teachers.vtoonify.fusion import PlainFusion
from models.teachers.vtoonify.styled import Level, check_input, network_input, unparsed

RGB = 3
BAND_PIXELS = 512 * 512  # of the features that a band is made from
HALO = 2  # rows on either side of a band that its picture depends on
State = tuple[Tensor, ...]  # what lies between two steps; (f_g, skip, ...) once the generator has begun


class Head(nn.Module):
    """x -> a: the encoder's first features, of frames [N, 3, H, W], whose face parts it looks for, or [N, 22, H, W].

    Args:
        layers: 22 channels -> a.
        parser: has `parse`, frames -> logits of face parts; None: they are zero, as in a training without parsing.

    Raises:
        ValueError: as told by `StyledVToonify.forward`.
    """

    def __init__(self, layers: nn.Module, parser: nn.Module | None):
        super().__init__()
        self.layers, self.parser = layers, parser

    def complete(self, x: Tensor) -> Tensor:
        """x, or frames without face parts, -> x [N, 22, H, W]."""
        check_input(x, (RGB, INPUT_CHANNELS))
        if x.shape[1] == RGB:
            x = network_input(x, self.parser.parse(x)) if self.parser else unparsed(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(self.complete(x))


class Deepen(nn.Module):
    """a -> the encoder's features at all sizes, from 1/8 to a."""

    def __init__(self, down: nn.ModuleList):
        super().__init__()
        self.down = down

    def forward(self, a: Tensor) -> State:
        features = [a]
        for layer in self.down:
            features.append(layer(features[-1]))
        return tuple(reversed(features))


class Enter(nn.Module):
    """Features, the smallest first -> (f_g, skip, *features), with which the generator begins."""

    def __init__(self, residual: nn.Module, to_skip: nn.Module):
        super().__init__()
        self.residual, self.to_skip = residual, to_skip

    def forward(self, features: State) -> State:
        f_g = self.residual(features[0])
        return f_g, self.to_skip(f_g), *features


class Fuse(nn.Module):
    """(f_g, skip, f_e, *larger features) -> (f_g, skip, *larger features)."""

    def __init__(self, fusion: PlainFusion):
        super().__init__()
        self.fusion = fusion

    def forward(self, state: State) -> State:
        f_g, skip, f_e, *larger = state
        return *self.fusion(f_g, skip, f_e), *larger


class Enlarge(nn.Module):
    """(f_g, skip, *features) -> (f_g, skip, *features), f_g and skip twice as large."""

    def __init__(self, level: Level):
        super().__init__()
        self.level = level

    def forward(self, state: State) -> State:
        f_g, skip, *features = state
        return *self.level(f_g, skip), *features


class Finish(nn.Module):
    """(f_g, skip, ...) -> the picture, [N, 3, 2h, 2w].

    Nobody needs the features of the largest size, which take more memory than anything else, so they are made and
    forgotten in bands of rows.
    """

    def __init__(self, level: Level):
        super().__init__()
        self.level = level

    def forward(self, state: State) -> Tensor:
        f_g, skip = state[:2]
        height, width = f_g.shape[2:]
        rows = math.ceil(height / math.ceil(height * width / BAND_PIXELS))
        bands = []
        for start in range(0, height, rows):
            first, end = max(start - HALO, 0), min(start + rows, height)
            seen = slice(first, end + HALO)
            _, picture = self.level(f_g[:, :, seen], skip[:, :, seen])
            bands.append(picture[:, :, 2 * (start - first) : 2 * (end - first)])
        return torch.cat(bands, 2)


class Pack(nn.Module):
    """(f_g, skip, ...) -> f [N, C + 3, h, w]."""

    def forward(self, state: State) -> Tensor:
        return torch.cat(state[:2], 1)


class Tail(nn.Sequential):
    """f, a -> picture: the last steps."""

    def forward(self, f: Tensor, a: Tensor) -> Tensor:
        return super().forward((f[:, :-RGB], f[:, -RGB:], a))
