"""A reference in the making: the teacher's body run a slice per frame."""

from torch import Tensor

from models.streaming.stages import AnyReference, Stages


class Renewal:
    """The work from one frame's early features to a reference, to be done in as many steps as the body has slices.

    Args:
        a: early features [1, C, h, w] of the frame; copied, because `stages` may use their memory for the next frame.
        index: the frame's number.
    """

    def __init__(self, stages: Stages, a: Tensor, index: int):
        self.index = index
        self._stages, self._done = stages, 0
        self._a = self._f = a.clone()

    def advance(self) -> AnyReference | None:
        """Run the next slice; the reference if it was the last one."""
        self._f = self._stages.slices[self._done](self._f)
        self._done += 1
        return self._stages.prepare(self._a, self._f) if self._done == len(self._stages.slices) else None
