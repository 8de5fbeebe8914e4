"""The one thing this project asks of a video-translation network: that it can be cut in three."""

import copy

import torch
from torch import Tensor, nn

from models.teachers.inference import rewritten


class Teacher(nn.Module):
    """A frozen translator y = tail(body(head(x))).

        head: x [N, 3, H, W] in [-1, 1] -> a [N, a_channels, h, w]   the cheap first layers
        body: a                         -> f [N, f_channels, h, w]   the expensive middle: what a Shortcut replaces
        tail: f                         -> y [N, 3, H, W] in [-1, 1] the cheap last layers

    Weights never train and the mode never leaves eval, but gradients flow through all three parts, which is how a
    loss on y reaches the Shortcut. None of the three writes into its input: a and f are kept as references.

    Args:
        head, body, tail: the three parts.
        a_channels, f_channels: channels of a and f.
        split: (start, end), the layers of the uncut network that the body holds.
    """

    def __init__(
        self,
        head: nn.Module,
        body: nn.Module,
        tail: nn.Module,
        a_channels: int,
        f_channels: int,
        split: tuple[int, int],
    ):
        super().__init__()
        self.head, self.body, self.tail = head, body, tail
        self.a_channels, self.f_channels, self.split = a_channels, f_channels, split
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> "Teacher":
        """Stays in eval mode whatever is asked."""
        return super().train(False)

    def uncut_weights(self) -> dict[str, Tensor]:
        """Every weight under the name it has in the uncut network's sequence, so the same for any cut."""
        return {key.partition(".")[2]: value for key, value in self.state_dict().items()}

    def for_inference(self) -> "Teacher":
        """A faster teacher that computes the same to rounding: other layers, channels-last weights, no gradients.

        It has copies of the weights, under other names and in other layouts. A part that is a `nn.Sequential` becomes
        another one; a part that is none, like a layer that is not known, is only copied.
        """
        copied = copy.deepcopy([self.head, self.body, self.tail])
        parts = [rewritten(part) if type(part) is nn.Sequential else part for part in copied]
        return Teacher(*parts, self.a_channels, self.f_channels, self.split).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        return self.tail(self.body(self.head(x)))
