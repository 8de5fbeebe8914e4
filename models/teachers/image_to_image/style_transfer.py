"""The fast style-transfer network of PyTorch's examples (TransformerNet), as one row of layers."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn

NAME, FIRST = "TransformerNet", "conv1.conv2d.weight"
NormOf = Callable[[int], nn.Module]


class Affine(nn.Module):
    """x -> scale * x + offset."""

    def __init__(self, scale: float, offset: float):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.offset


class Residual(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))): [N, C, h, w] -> the same shape."""

    def __init__(self, channels: int):
        super().__init__()
        first, second = _convolution(channels, channels), _convolution(channels, channels)
        self.layers = nn.Sequential(*first, nn.ReLU(), *second)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class StyleTransfer(nn.Sequential):
    """[N, 3, H, W] in [-1, 1] -> the same shape, about the same range, H and W multiples of 4. It works in 0 to 255.

    Args:
        width: channels of the first convolution, 32 in the published network.
        blocks: residual blocks, 5 there.

    Source: Johnson et al., Perceptual Losses for Real-Time Style Transfer (2016), with instance norm.
    """

    def __init__(self, width: int = 32, blocks: int = 5):
        super().__init__(
            Affine(127.5, 127.5),
            *_convolution(3, width, kernel=9),
            nn.ReLU(),
            *_convolution(width, 2 * width, stride=2),
            nn.ReLU(),
            *_convolution(2 * width, 4 * width, stride=2),
            nn.ReLU(),
            *(Residual(4 * width) for _ in range(blocks)),
            nn.Upsample(scale_factor=2),
            *_convolution(4 * width, 2 * width),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            *_convolution(2 * width, width),
            nn.ReLU(),
            *_convolution(width, 3, kernel=9)[:2],
            Affine(1 / 127.5, -1.0),
        )
        self.default_cut: tuple[int, int] = 7, 13 + blocks + 3


def matches(keys: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of such a network."""
    return FIRST in keys and "deconv3.conv2d.weight" in keys


def network(weights: Mapping[str, Tensor], norm: NormOf) -> StyleTransfer:
    """The network whose sizes are those of the weights; it knows no other `norm` than its own."""
    return StyleTransfer(len(weights[FIRST]), _blocks(weights))


def renamed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the names of `StyleTransfer`."""
    blocks = _blocks(weights)
    places = {"conv1.conv2d": "2", "in1": "3", "conv2.conv2d": "6", "in2": "7", "conv3.conv2d": "10", "in3": "11"}
    for k in range(blocks):
        inside = {"conv1.conv2d": 1, "in1": 2, "conv2.conv2d": 5, "in2": 6}
        places |= {f"res{k + 1}.{name}": f"{13 + k}.layers.{place}" for name, place in inside.items()}
    late = {"deconv1.conv2d": 2, "in4": 3, "deconv2.conv2d": 7, "in5": 8, "deconv3.conv2d": 11}
    places |= {name: str(13 + blocks + place) for name, place in late.items()}
    parts = ((key.rpartition("."), value) for key, value in weights.items())
    return {f"{places.get(layer, layer)}.{name}": value for (layer, _, name), value in parts}


def _blocks(weights: Mapping[str, Tensor]) -> int:
    return len({key.split(".")[0] for key in weights if key.startswith("res")})


def _convolution(before: int, after: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(before, after, kernel, stride=stride)
    return [nn.ReflectionPad2d(kernel // 2), conv, nn.InstanceNorm2d(after, affine=True)]
