"""The U-Net generators of pix2pix and CycleGAN."""

import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

NAME, FIRST = "U-Net generator", "model.model.0.weight"
NormOf = Callable[[int], nn.Module]


class UnetGenerator(nn.Module):
    """[N, 3, H, W] in [-1, 1] -> the same shape and range, H and W multiples of 2^levels.

    Level k goes down to 1/2^(k+1) of the size and up again. Its way up reads what came up from the level below, beside
    what went down to there.

    Args:
        width: channels of the first convolution. Deeper levels have 2, 4 and 8 times as many.
        levels: 7 in the network for 128 pixels, 8 in that for 256; at least 3.
        norm: channels -> normalisation.
        bias: whether the convolutions before a normalisation have a bias.

    Source: Isola et al., Image-to-Image Translation with Conditional Adversarial Networks (2017).
    """

    def __init__(self, width: int, levels: int, norm: NormOf, bias: bool = False):
        super().__init__()
        sizes = [width * min(2**k, 8) for k in range(levels)]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for k, channels in enumerate(sizes):
            before = sizes[k - 1] if k else 3
            conv = nn.Conv2d(before, channels, 4, stride=2, padding=1, bias=bias)
            activation = [nn.LeakyReLU(0.2)] if k else []
            normalisation = (
                [norm(channels)] if 0 < k < levels - 1 else []
            )  # neither the first level nor the last has one
            self.down.append(nn.Sequential(*activation, conv, *normalisation))
            inside = channels if k == levels - 1 else 2 * channels
            up = nn.ConvTranspose2d(inside, before, 4, stride=2, padding=1, bias=bias or k == 0)
            self.up.append(nn.Sequential(nn.ReLU(), up, norm(before) if k else nn.Tanh()))
        behind = levels - 3  # the number of the concatenation in which level 1 reads what came up
        self.default_cut: tuple[str, str] = "down_2_0", f"cat_{behind}" if behind else "cat"

    def forward(self, x: Tensor) -> Tensor:
        passed = []
        for down in self.down:
            x = down(x)
            passed.append(x)
        x = self.up[-1](passed.pop())
        for up in list(self.up)[-2::-1]:
            x = up(torch.cat([passed.pop(), x], 1))
        return x


def matches(keys: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of such a generator."""
    return FIRST in keys


def network(weights: Mapping[str, Tensor], norm: NormOf) -> UnetGenerator:
    """The generator whose sizes are those of the weights."""
    levels = 1 + max(_level(key) for key in weights)
    bias = f"{_prefix(1)}1.bias" in weights
    return UnetGenerator(len(weights[FIRST]), levels, norm, bias)


def renamed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the names of `UnetGenerator`; in published files each level lies inside the one around it."""
    last = max(_level(key) for key in weights)
    return {_name(key, last): value for key, value in weights.items()}


def _level(key: str) -> int:
    """model.model.0.weight: 0; model.model.1.model.1.weight: 1; model.model.1.model.3.model.1.weight: 2; ..."""
    return len(re.findall(r"\d+\.(?=model\.)", key))


def _prefix(level: int) -> str:
    return "model.model." + ("1.model." if level else "") + "3.model." * (level - 1)


# place in a published level -> (part, place in it), of the first level, the last one, and those between
FIRST_LEVEL = {"0": "down.{}.0", "3": "up.{}.1"}
LAST_LEVEL = {"1": "down.{}.1", "3": "up.{}.1", "4": "up.{}.2"}
MIDDLE_LEVEL = {"1": "down.{}.1", "2": "down.{}.2", "5": "up.{}.1", "6": "up.{}.2"}


def _name(key: str, last: int) -> str:
    level = _level(key)
    place, _, rest = key.removeprefix(_prefix(level)).partition(".")
    places = FIRST_LEVEL if level == 0 else LAST_LEVEL if level == last else MIDDLE_LEVEL
    return f"{places[place].format(level)}.{rest}" if place in places else key
