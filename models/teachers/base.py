"""The one thing this project asks of a video-translation network: that it can be cut in three."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from models.teachers.inference import rewritten


class LateLayers(nn.Sequential):
    """A tail of plain layers, which needs nothing but the late features."""

    def forward(self, f: Tensor, a: Tensor | None = None) -> Tensor:
        return super().forward(f)

    def for_inference(self) -> "LateLayers":
        return LateLayers(*rewritten(self))


class Teacher(nn.Module):
    """A frozen translator: a = head(x), y = tail(body(a), a).

        head: x [N, 3, H, W] in [-1, 1] -> a [N, a_channels, h, w]   the cheap first layers
        body: a                         -> f [N, f_channels, h, w]   the expensive middle: what a Shortcut replaces
        tail: f, a                      -> y [N, 3, scale*H, scale*W] the cheap last layers; in [-1, 1] once clamped

    Weights never train and the mode never leaves eval, but gradients flow through all three parts, which is how a
    loss on y reaches the Shortcut. None of the three writes into its input: a and f are kept as references.

    Args:
        head, body, tail: the three parts; a tail of layers that need f alone is a `LateLayers`.
        a_channels, f_channels: channels of a and f.
        split: (start, end), the layers of the uncut network that the body holds.
        scale: output pixels per input pixel, along each axis.
        image_channels: how many of f's channels, the last ones, are an image that the tail goes on painting.
    """

    def __init__(
        self,
        head: nn.Module,
        body: nn.Module,
        tail: nn.Module,
        a_channels: int,
        f_channels: int,
        split: tuple[int, int],
        scale: int = 1,
        image_channels: int = 0,
    ):
        super().__init__()
        self.head, self.body, self.tail = head, body, tail
        self.a_channels, self.f_channels, self.split = a_channels, f_channels, split
        self.scale, self.image_channels = scale, image_channels
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> "Teacher":
        """Stays in eval mode whatever is asked."""
        return super().train(False)

    def uncut_weights(self) -> dict[str, Tensor]:
        """Every weight under the name it has in the uncut network's sequence, so the same for any cut."""
        return {key.partition(".")[2]: value for key, value in self.named_parameters()}

    def finder(self) -> Callable[[Tensor], Tensor] | None:
        """x [N, 3, H, W] -> x followed by what the head finds in it by itself, which the head takes in place of x.

        None: it looks for nothing.
        """
        return None

    def seen_in(self, y: Tensor) -> list[Tensor]:
        """Features of a picture of its own making, [N, 3, scale*H, scale*W], for a perceptual distance."""
        a = self.head(y)
        return [a, self.body(a)]

    def for_inference(self) -> "Teacher":
        """A faster teacher that computes the same to rounding: other layers, channels-last weights, no gradients.

        It has copies of the weights, under other names and in other layouts. A part that is a `nn.Sequential` becomes
        another one, a part with a method `for_inference` what that returns; any other is only copied.
        """
        made = copy.deepcopy(self)
        made.head, made.body, made.tail = map(_faster, (made.head, made.body, made.tail))
        return made.requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """x [N, 3, H, W] in [-1, 1] -> y [N, 3, scale*H, scale*W] in [-1, 1]."""
        a = self.head(x)
        return self.tail(self.body(a), a).clamp(-1, 1)


def _faster(part: nn.Module) -> nn.Module:
    if hasattr(part, "for_inference"):
        return part.for_inference()
    return rewritten(part) if type(part) is nn.Sequential else part
