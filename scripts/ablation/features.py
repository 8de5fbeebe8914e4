"""What a teacher makes of the frames of clips, kept in memory."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.clips import Clip
from data.stream import frames
from models.teachers.base import Teacher
from util.flow import optical_flow
from util.image import to_tensor, to_uint8


class Taught(NamedTuple):
    """Frames as the teacher sees them, float32."""

    a: Tensor  # [N, a_channels, h, w], early features
    f: Tensor  # [N, f_channels, h, w], late features
    y: Tensor  # [N, 3, H, W], pictures


class Features:
    """The teacher's features and pictures of every frame, computed when they are first asked for, kept as float16.

    A frame has a key, see `key`. At 256 x 128 pixels and ngf 16 a frame takes 1.2 MB if the teacher is cut at 5..17,
    2.3 MB at 4..22.

    Args:
        clips: of frames of one size, which they are taken at, cut to multiples of 8.

    Raises:
        ValueError, UnreadableFrame: see `data.stream.frames`.
    """

    def __init__(self, teacher: Teacher, clips: Sequence[Clip]):
        self.teacher = teacher.for_inference()
        shown = [[to_uint8(frame[0]) for frame in frames(clip, None)] for clip in clips]
        self.lengths = [len(clip) for clip in shown]
        self._first = np.cumsum([0, *self.lengths])
        self._pictures = [picture for clip in shown for picture in clip]
        self._kept: dict[int, list[Tensor]] = {}

    def key(self, clip: int, number: int, mirrored: bool = False) -> int:
        """The key of frame `number`, counted from 0, of a clip, or of its mirror image."""
        return 2 * int(self._first[clip] + number) + mirrored

    def frame(self, key: int) -> Tensor:
        """[1, 3, H, W] in [-1, 1]."""
        picture = to_tensor(self._pictures[key // 2])[None]
        return picture.flip(-1) if key % 2 else picture

    def taught(self, keys: Sequence[int]) -> Taught:
        """The frames with these keys, stacked."""
        return Taught(*(torch.cat(parts).float() for parts in zip(*map(self._of, keys), strict=True)))

    def flow(self, here: Sequence[int], there: Sequence[int]) -> Tensor:
        """Optical flow of the frames themselves, [N, 2, H, W] in pixels, see `util.flow.optical_flow`."""
        pairs = zip(here, there, strict=True)
        return torch.stack([torch.from_numpy(optical_flow(self.frame(a), self.frame(b))) for a, b in pairs])

    @torch.no_grad()
    def _of(self, key: int) -> list[Tensor]:
        if key not in self._kept:
            a = self.teacher.head(self.frame(key))
            f = self.teacher.body(a)
            self._kept[key] = [x.half() for x in (a, f, self.teacher.tail(f, a))]
        return self._kept[key]
