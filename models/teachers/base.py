"""What this project asks of a video-translation network: a teacher in three parts, and a family that builds it."""

import copy
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.teachers.fused_layers import HasInferenceForm, fuse_layers

Split = tuple[int, int] | tuple[str, str]


class LateLayers(nn.Sequential):
    """A tail of plain layers, which needs only the late features."""

    def forward(self, f: Tensor, a: Tensor | None = None) -> Tensor:
        return super().forward(f)

    def for_inference(self) -> "LateLayers":
        return LateLayers(*fuse_layers(self))


class Teacher(nn.Module):
    """A frozen translator: a = head(x), f = body(a), y = tail(f, a).

        head: x [N, 3, H, W] in [-1, 1] -> a [N, C >= a_channels, h, w]  the cheap first layers
        body: a                         -> f [N, f_channels, h, w]    the expensive middle, which a Shortcut replaces
        tail: f, a                      -> y [N, 3, scale*H, scale*W] the cheap last layers; in [-1, 1] once clamped

    A Shortcut sees the first `a_channels` channels of a. Those that follow only the tail reads: maps of any size that
    skip the body (`any_generator`).

    Weights never train and the mode stays eval, but gradients flow through all three parts: so a loss on y reaches
    the Shortcut. No part writes into its input, because a and f are kept as references.

    Args:
        head, body, tail: the three parts. A tail that needs f alone is a `LateLayers`.
        a_channels, f_channels: channels of a that a Shortcut sees, and channels of f.
        split: (start, end), the layers of the uncut network that the body holds, by index or by name.
        scale: output pixels per input pixel, along each axis.
        image_channels: how many of f's channels, the last ones, are an image that the tail adds to.

    The attribute `size_multiple`: height and width of a frame must be multiples of this number of pixels, too. It is
    what this network needs; a `TeacherFamily` tells what all of its networks need.

    Source: Chung et al., Shortcut-V2V (2023), section 3.1.
    """

    def __init__(
        self,
        head: nn.Module,
        body: nn.Module,
        tail: nn.Module,
        a_channels: int,
        f_channels: int,
        split: Split,
        scale: int = 1,
        image_channels: int = 0,
    ):
        super().__init__()
        self.head, self.body, self.tail = head, body, tail
        self.a_channels, self.f_channels, self.split = a_channels, f_channels, split
        self.scale, self.image_channels, self.size_multiple = scale, image_channels, 1
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> "Teacher":
        """Stays in eval mode whatever `mode` is."""
        return super().train(False)

    def uncut_weights(self) -> dict[str, Tensor]:
        """Every weight under its name in the uncut network's sequence. The names do not depend on the cut."""
        return {key.partition(".")[2]: value for key, value in self.named_parameters()}

    def face_parser(self) -> Callable[[Tensor], Tensor] | None:
        """Frames [N, 3, H, W] -> the same with their face parts as further channels, which the head accepts too.

        None: the head needs no face parts.
        """
        return None

    def perceptual_features(self, y: Tensor) -> list[Tensor]:
        """Feature maps of a picture that a teacher has made, [N, 3, scale*H, scale*W], for a perceptual distance."""
        a = self.head(y)
        return [a, self.body(a)]

    def for_inference(self) -> "Teacher":
        """A faster copy that computes the same up to rounding: fused layers, channels-last weights, no gradients.

        A part that is a plain `nn.Sequential` is fused (`fuse_layers`). A part with a method `for_inference` is
        replaced by what that returns. Any other part is copied.
        """
        fast = copy.deepcopy(self)
        fast.head, fast.body, fast.tail = map(_faster, (fast.head, fast.body, fast.tail))
        return fast.requires_grad_(False).to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """x [N, 3, H, W] in [-1, 1] -> y [N, 3, scale*H, scale*W] in [-1, 1]."""
        a = self.head(x)
        return self.tail(self.body(a), a).clamp(-1, 1)


def cut_layers(layers: nn.Sequential, start: int, end: int, example: Tensor) -> Teacher:
    """Teacher with head = layers[:start], body = layers[start:end], tail = layers[end:]; it shares their weights.

    Args:
        example: a frame [1, 3, H, W], which is run once to see the features' sizes.

    Raises:
        ValueError: the bounds are not 0 < start < end < number of layers, or a and f differ in spatial size.
    """
    if not 0 < start < end < len(layers):
        raise ValueError(f"the cut must satisfy 0 < start < end < {len(layers)}, got start {start}, end {end}")
    head, body, tail = layers[:start], layers[start:end], layers[end:]
    with torch.no_grad():
        a = head(example)
        f = body(a)
    if a.shape[2:] != f.shape[2:]:
        raise ValueError(
            f"the cut [{start}, {end}) joins features of different size: {list(a.shape[2:])} before and "
            f"{list(f.shape[2:])} after"
        )
    tail = LateLayers(OrderedDict(tail.named_children()))  # under the names they have in `layers`
    return Teacher(head, body, tail, a.shape[1], f.shape[1], (start, end))


def _faster(part: nn.Module) -> nn.Module:
    if isinstance(part, HasInferenceForm):
        return part.for_inference()
    return fuse_layers(part) if type(part) is nn.Sequential else part


@dataclass(frozen=True)
class Flag:
    """A command-line flag of a family, as plain data; both programs declare it.

    name: without dashes. It is the name of an argument of the family's `build`, too.
    type: int, float, bool, str or Path. The value of a Path is text. A bool becomes `--name / --no-name`.
    default: None means "not given".
    help: one line for `--help`.
    low, high: bounds of a number, both allowed.
    choices: all texts that a str may be; empty: any.
    """

    name: str
    type: type
    default: object
    help: str
    low: float = 0
    high: float = 10_000
    choices: tuple[str, ...] = ()


class FacePartInput(NamedTuple):
    """The logits of face parts that a head takes as further channels of a frame."""

    channels: int
    scale: float  # of the logits in the input


@dataclass(frozen=True)
class TeacherFamily:
    """All that the programs know of one kind of teacher. An entry of TEACHERS adds it to `--teacher`.

    build: (weights, **values of `flags`) -> a frozen, cut `Teacher`. `weights` is what the file of --main_G_path holds.
        If `wants_face` says so, it is also given face=[1, 3, 256, 256] in [-1, 1], the aligned face of the video.
    flags: the family's own flags.
    problems: values of `flags` -> what is wrong with them together, one sentence for each problem.
    size_multiple: height and width of a frame must be multiples of this number of pixels.
    wants_face: values of `flags` -> whether `build` needs a face.
    takes_path: `build` is given the path of --main_G_path instead, or None where the flag is not given.
    has_styles: one network serves many styles, so that its `uncut_weights` do not tell which one runs.
    face_part_input: what the head takes beside a frame; None: frames alone.
    of_faces: it translates faces alone, which have to be cut out of a film's frames.
    """

    build: Callable[..., Teacher]
    flags: tuple[Flag, ...] = ()
    problems: Callable[[Mapping[str, Any]], list[str]] = lambda values: []
    size_multiple: int = 1
    wants_face: Callable[[Mapping[str, Any]], bool] = lambda values: False
    of_faces: bool = False
    takes_path: bool = False
    has_styles: bool = False
    face_part_input: FacePartInput | None = None
