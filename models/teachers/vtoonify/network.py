"""The VToonify generator with both published backbones, under its published weight names."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.vtoonify.dualstylegan import AdaResBlock, DualStyleGAN, FusionWeights
from models.teachers.vtoonify.folded import SLOPE
from models.teachers.vtoonify.styled import INPUT_CHANNELS, RGB, Level, PlainFusion, StyledVToonify
from models.teachers.vtoonify.stylegan import LEVELS, ROWS, StyledConv, StyleGAN2, ToRGB, channels
from util import checkpoint

BACKBONES = ("dualstylegan", "toonify")
PUBLISHED_WIDTH = 512
FIRST_LEVEL = 3  # a frame of 256 pixels, as in the encoder's training, enters the generator at 32 pixels
RESIDUAL_BLOCKS = 6
DILATIONS = (1, 4, 4, 2, 2, 1, 1)  # of the modulative residual blocks; the first one has weights, but never runs


class ResidualBlock(nn.Module):
    """(x + lrelu(conv(lrelu(conv(x))))) / sqrt(2), 3x3 convolutions: [N, C, h, w] -> the same shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(self.conv(x), SLOPE)
        return (x + F.leaky_relu(self.conv2(y), SLOPE)) / math.sqrt(2)


class VToonify(nn.Module):
    """Weights of the generator. `styled` makes the network that runs, for one style and one degree.

    Args:
        backbone: `dualstylegan` (style of an example, adjustable degree) or `toonify` (one style).
        width: channels of the small resolutions and of a style vector, 512 as published; a multiple of 16. All
            other channels are in proportion to it.
        complete: hold also the tensors of published files that never run: 40 % of dualstylegan's weights.

    Raises:
        ValueError: backbone unknown, or width no positive multiple of 16.

    Source: Yang et al., VToonify: Controllable High-Resolution Portrait Video Style Transfer (2022).
    """

    def __init__(self, backbone: str = "dualstylegan", width: int = PUBLISHED_WIDTH, complete: bool = False):
        super().__init__()
        if backbone not in BACKBONES:
            raise ValueError(f"backbone must be one of {', '.join(BACKBONES)}, got {backbone}")
        if width < 16 or width % 16:
            raise ValueError(f"width must be a positive multiple of 16, got {width}")
        self.backbone, self.width = backbone, width
        first = 0 if complete else FIRST_LEVEL
        self.encoder = encoder(width)
        fused = [channels(width, 32 * 2**k) for k in range(4)]
        self.fusion_skip = nn.ModuleList(nn.Conv2d(c + RGB, RGB, 3, padding=1) for c in fused)
        if backbone == "dualstylegan":
            self.generator = DualStyleGAN(width, first)
            self.fusion_out = nn.ModuleList(FusionWeights(c) for c in fused)
            blocks = range(0 if complete else 1, RESIDUAL_BLOCKS + 1)
            self.res = nn.ModuleDict({str(i): AdaResBlock(width, width, DILATIONS[i]) for i in blocks})
        else:
            self.generator = StyleGAN2(width, first)
            self.fusion_out = nn.ModuleList(nn.Conv2d(2 * c, c, 3, padding=1) for c in fused)

    @property
    def stylegan(self) -> StyleGAN2:
        return self.generator.generator if isinstance(self.generator, DualStyleGAN) else self.generator

    def w_plus(self, z_plus: Tensor) -> Tensor:
        """Styles in Z+ -> in W+, [..., width] both. The style encoder and the file of examples give styles in Z+."""
        return self.stylegan.style(z_plus)

    def styled(self, style: Tensor, degree: float = 0.5) -> StyledVToonify:
        """The network for one style. All that does not change within a video is computed here.

        Where gradients are enabled they reach the weights through it, so a training makes it anew in every step.
        Otherwise the tensors that only serve to compute it can be dropped with this object. It is computed in float32
        and can be converted to half precision later: demodulated weights have norm 1 for any style.

        Args:
            style: [18, width] or [1, 18, width] in W+. Rows 0-6 tell the shapes, the others the colours.
            degree: of the style, in [0, 1]; 0 leaves out the modulative residual blocks. `toonify` ignores it.

        Raises:
            ValueError: the style has another shape, or the degree lies outside [0, 1].
        """
        if style.shape not in {(ROWS, self.width), (1, ROWS, self.width)}:
            raise ValueError(f"a style must be [{ROWS}, {self.width}], for one video, got {list(style.shape)}")
        if not 0 <= degree <= 1:
            raise ValueError(f"the degree of a style must lie in [0, 1], got {degree:g}")
        style = style.reshape(ROWS, self.width)
        residual, fusions = self._residual(style, degree), self._fusions(degree)
        if isinstance(self.generator, DualStyleGAN):
            style = self.generator.colours(style)
        levels = [self._level(k, style) for k in range(FIRST_LEVEL, LEVELS)]
        return StyledVToonify(list(self.encoder[:4]), residual, self.encoder[5], fusions, levels)

    def _residual(self, style: Tensor, degree: float) -> list[nn.Module]:
        """The encoder's residual blocks, each with the modulative one that follows it."""
        blocks = self.encoder[4].children()
        if not isinstance(self.generator, DualStyleGAN) or degree == 0:
            return [nn.Sequential(block) for block in blocks]
        styles, modulative = self.generator.style(style), cast(Mapping[str, AdaResBlock], self.res)
        folded = [modulative[str(i)].folded(styles[i], degree) for i in range(1, RESIDUAL_BLOCKS + 1)]
        return [nn.Sequential(*pair) for pair in zip(blocks, folded, strict=True)]

    def _fusions(self, degree: float) -> list[PlainFusion]:
        skip_convs = cast(Iterable[nn.Conv2d], self.fusion_skip)
        if self.backbone == "dualstylegan":
            weights = cast(Iterable[FusionWeights], self.fusion_out)
            return [w.folded(degree, skip_conv) for w, skip_conv in zip(weights, skip_convs, strict=True)]
        convs = cast(Iterable[nn.Conv2d], self.fusion_out)
        return [PlainFusion(conv, skip_conv) for conv, skip_conv in zip(convs, skip_convs, strict=True)]

    def _level(self, k: int, style: Tensor) -> Level:
        convs = cast(Mapping[str, StyledConv], self.stylegan.convs)
        up, conv = convs[str(2 * k)], convs[str(2 * k + 1)]
        to_rgb = cast(Mapping[str, ToRGB], self.stylegan.to_rgbs)[str(k)]
        return Level(up.folded(style[2 * k + 1]), conv.folded(style[2 * k + 2]), to_rgb.folded(style[2 * k + 3]))


def encoder(width: int) -> nn.Sequential:
    """0-3: features at 1, 1/2, 1/4 and 1/8 of the size. 4: residual blocks. 5: features -> the first RGB image."""
    return nn.Sequential(
        _two_convs(INPUT_CHANNELS, width // 16, width // 4, stride=1),
        _two_convs(width // 4, width // 2, width // 2, stride=2),
        _two_convs(width // 2, width, width, stride=2),
        _two_convs(width, width, width, stride=2),
        nn.Sequential(*(ResidualBlock(width) for _ in range(RESIDUAL_BLOCKS))),
        nn.Conv2d(width, RGB, 1),
    )


def from_published(published: Mapping[str, Any]) -> VToonify:
    """The generator of a published file; backbone and width are read off the tensors.

    It accepts {"g_ema": state dict} or the state dict alone, complete as published or without the tensors that never
    run, as `VToonify.state_dict()` gives it. The tensors that never run are checked, but not kept.

    Raises:
        ValueError: the weights are of another network. The message counts the keys that do not fit.
    """
    weights = published.get("g_ema", published)
    to_skip = weights.get("encoder.5.weight")
    if to_skip is None or to_skip.ndim != 4:
        raise ValueError(f"not a VToonify generator: no encoder.5.weight among {checkpoint.grouped(weights)}")
    backbone = "dualstylegan" if any(key.startswith("generator.generator.") for key in weights) else "toonify"
    with torch.device("meta"):
        network, complete = (VToonify(backbone, to_skip.shape[1], complete) for complete in (False, True))
    used, every = network.state_dict(), complete.state_dict()
    what = f"a VToonify generator of backbone {backbone} and width {network.width}"
    checkpoint.check_weights(weights, used if weights.keys() <= used.keys() else every, what)
    return checkpoint.load_weights(network, {key: weights[key] for key in used}, what).eval()


def _two_convs(in_channels: int, between: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, between, 3, stride=stride, padding=1),
        nn.LeakyReLU(SLOPE, inplace=True),
        nn.Conv2d(between, out_channels, 3, padding=1),
        nn.LeakyReLU(SLOPE, inplace=True),
    )
