"""VToonify as a teacher: one sequence of steps from frame to picture, and where it is cut."""

from collections import OrderedDict
from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.base import Teacher
from models.teachers.vtoonify.steps import RGB, Deepen, Enlarge, Enter, Finish, Fuse, Head, Pack, Tail
from models.teachers.vtoonify.styled import SCALE, StyledVToonify, unparsed

# (start, end) of the body among the steps. It begins after the encoder's first features. A: it ends with the last
# fusion, so the features of the current frame are the Shortcut's alone. B: it ends before that, which then mixes the
# prediction with the current frame's own features, at the price of a heavier tail.
CUTS = {"A": (1, 10), "B": (1, 9)}


class VToonifyTeacher(Teacher):
    """VToonify for one style and degree. Its f is the generator's features and its RGB skip, packed as channels.

    x may also be [N, 22, H, W]: frames that come with the logits of their face parts (`network_input`).
    """

    def uncut_weights(self) -> dict[str, Tensor]:
        """Those that every style and degree leaves as they are in the file, and that no face parsing belongs to."""
        return {key: value for key, value in super().uncut_weights().items() if not key.startswith("parser.")}

    def finder(self) -> Callable[[Tensor], Tensor] | None:
        """Frames to frames with their face parts, [N, 22, H, W], if there is a network that finds them."""
        return self.head.complete if self.head.parser else None

    def seen_in(self, y: Tensor) -> list[Tensor]:
        """The encoder's features at all four sizes of the picture reduced to the size of an input, without face parts.

        Parts of the frame would not lie where those of a caricature do; without them both pictures of a distance are
        seen alike.
        """
        reduced = F.avg_pool2d(y, self.scale)
        return list(self.body[0](self.head(unparsed(reduced))))


def cut(styled: StyledVToonify, split: str = "B", parser: nn.Module | None = None) -> VToonifyTeacher:
    """Teacher that shares the weights of `styled`, which are frozen by that.

    Args:
        split: one of CUTS.
        parser: finds the face parts of frames that come without, see `Head`.

    Raises:
        ValueError: no such split.
    """
    if split not in CUTS:
        raise ValueError(f"the split of VToonify must be one of {', '.join(CUTS)}, got {split}")
    start, end = CUTS[split]
    steps = _steps(styled)
    body, tail = OrderedDict(steps[start:end].named_children()), OrderedDict(steps[end:].named_children())
    a_channels = styled.fusions[-1].skip_conv.in_channels - RGB
    return VToonifyTeacher(
        Head(steps[0], parser),
        nn.Sequential(body | {"pack": Pack()}),
        Tail(tail),
        a_channels,
        a_channels + RGB,
        (start, end),
        scale=SCALE,
        image_channels=RGB,
    )


def _steps(styled: StyledVToonify) -> nn.Sequential:
    """0: x -> a; then states; the last: the picture."""
    steps = [styled.down[0], Deepen(styled.down[1:]), Enter(styled.residual, styled.to_skip)]
    for fusion, level in zip(styled.fusions, styled.levels, strict=False):
        steps += [Fuse(fusion), Enlarge(level)]
    return nn.Sequential(*steps, Finish(styled.levels[-1]))
