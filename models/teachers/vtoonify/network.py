"""The VToonify generator with both published backbones, under its published weight names."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.teachers.vtoonify import published
from models.teachers.vtoonify.dualstylegan import DualStyleGAN, ModRes
from models.teachers.vtoonify.encoder import RESIDUAL_BLOCKS, encoder
from models.teachers.vtoonify.fusion import FusionWeights, PlainFusion
from models.teachers.vtoonify.styled import Level, StyledVToonify
from models.teachers.vtoonify.stylegan import LEVELS, ROWS, StyleGAN2, channels

BACKBONES = ("dualstylegan", "toonify")
PUBLISHED_WIDTH = 512
FIRST_LEVEL = 3  # the generator is entered at 32 pixels for the 256 the encoder was trained with
DILATIONS = (1, 4, 4, 2, 2, 1, 1)  # of the modulative residual blocks; the first block has weights, but never runs


class VToonify(nn.Module):
    """Weights of the generator. It runs in the form that `styled` makes for one style and degree.

    Args:
        backbone: `dualstylegan` (style by example, adjustable degree) or `toonify` (one style).
        width: channels of the small resolutions and of a style vector, 512 as published; a multiple of 16. All
            other channels follow in proportion.
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
        self.fusion_skip = nn.ModuleList(nn.Conv2d(c + 3, 3, 3, padding=1) for c in fused)
        if backbone == "dualstylegan":
            self.generator = DualStyleGAN(width, first)
            self.fusion_out = nn.ModuleList(FusionWeights(c) for c in fused)
            blocks = range(0 if complete else 1, RESIDUAL_BLOCKS + 1)
            self.res = nn.ModuleDict({str(i): ModRes(width, width, DILATIONS[i]) for i in blocks})
        else:
            self.generator = StyleGAN2(width, first)
            self.fusion_out = nn.ModuleList(nn.Conv2d(2 * c, c, 3, padding=1) for c in fused)

    @property
    def stylegan(self) -> StyleGAN2:
        return self.generator.generator if self.backbone == "dualstylegan" else self.generator

    def w_plus(self, z_plus: Tensor) -> Tensor:
        """Styles in Z+, as the style encoder gives them and examples are stored, to W+: [..., width] -> the same."""
        return self.stylegan.style(z_plus)

    def styled(self, style: Tensor, degree: float = 0.5) -> StyledVToonify:
        """The network for one style, with everything that a video leaves constant computed.

        Where gradients are enabled they reach the weights through it, so a training step makes it anew. Otherwise
        the tensors that only serve to compute it may be dropped with this network. It is computed in float32 and may
        be converted to half precision afterwards: demodulated weights have norm 1 whatever the style.

        Args:
            style: [18, width] or [1, 18, width] in W+. Rows 0-6 tell the shapes, the others the colours.
            degree: of the style, in [0, 1]; 0 leaves the modulative residual blocks out. `toonify` knows none.

        Raises:
            ValueError: the style has another shape, or the degree lies outside [0, 1].
        """
        if style.shape not in {(ROWS, self.width), (1, ROWS, self.width)}:
            raise ValueError(f"a style must be [{ROWS}, {self.width}], for one video, got {list(style.shape)}")
        if not 0 <= degree <= 1:
            raise ValueError(f"the degree of a style must lie in [0, 1], got {degree:g}")
        style = style.reshape(ROWS, self.width)
        down, to_skip = self.encoder[:4], self.encoder[5]
        residual = [nn.Sequential(block) for block in self.encoder[4]]
        if self.backbone == "dualstylegan":
            if degree > 0:
                residual = self._with_mod_res(style, degree)
            fusions = [f.fixed(degree, s) for f, s in zip(self.fusion_out, self.fusion_skip, strict=True)]
            style = self.generator.colours(style)
        else:
            fusions = [PlainFusion(f, s) for f, s in zip(self.fusion_out, self.fusion_skip, strict=True)]
        levels = [self._level(k, style) for k in range(FIRST_LEVEL, LEVELS)]
        return StyledVToonify(list(down), residual, to_skip, fusions, levels)

    def _with_mod_res(self, style: Tensor, degree: float) -> list[nn.Module]:
        styles = self.generator.style(style)
        mod_res = [self.res[str(i)].fixed(styles[i], degree) for i in range(1, RESIDUAL_BLOCKS + 1)]
        return [nn.Sequential(*pair) for pair in zip(self.encoder[4], mod_res, strict=True)]

    def _level(self, k: int, style: Tensor) -> Level:
        convs, to_rgbs = self.stylegan.convs, self.stylegan.to_rgbs
        up, conv, to_rgb = convs[str(2 * k)], convs[str(2 * k + 1)], to_rgbs[str(k)]
        return Level(up.fixed(style[2 * k + 1]), conv.fixed(style[2 * k + 2]), to_rgb.fixed(style[2 * k + 3]))


def from_published(checkpoint: Mapping[str, object]) -> VToonify:
    """Generator holding a published file's weights; backbone and width are read off the tensors.

    Accepts {"g_ema": state dict} or the state dict itself, complete as published or as `VToonify.state_dict()` gives
    it, without the tensors that never run. Those are checked, but not kept.

    Raises:
        ValueError: the weights are of another network; the message counts the keys that do not fit.
    """
    weights = checkpoint.get("g_ema", checkpoint)
    to_skip = weights.get("encoder.5.weight")
    if to_skip is None or to_skip.ndim != 4:
        raise ValueError(f"not a VToonify generator: no encoder.5.weight among {published.grouped(weights)}")
    backbone = "dualstylegan" if any(key.startswith("generator.generator.") for key in weights) else "toonify"
    with torch.device("meta"):
        network, complete = (VToonify(backbone, to_skip.shape[1], complete) for complete in (False, True))
    used, every = network.state_dict(), complete.state_dict()
    what = f"a VToonify generator of backbone {backbone} and width {network.width}"
    published.check(weights, used if weights.keys() <= used.keys() else every, what)
    return published.load(network, {key: weights[key] for key in used}, what).eval()
