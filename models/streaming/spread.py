"""A refresh that is spread over several frames: the teacher's body runs one slice per frame."""

from collections.abc import Sequence

from torch import Tensor

from models.streaming.stages import AnyReference, Stages


class Renewal:
    """The work from one frame's early features to a reference, done in as many steps as the body has slices.

    Args:
        a: early features [1, C, h, w] of the frame; copied, because `stages` may use their memory for the next frame.
        index: the frame's number in the video.
    """

    def __init__(self, stages: Stages, a: Tensor, index: int):
        self.index = index
        self._stages, self._done = stages, 0
        self._a = self._f = a.clone()

    def advance(self) -> AnyReference | None:
        """Run the next slice. Return the reference after the last slice, and None before."""
        self._f = self._stages.slices[self._done](self._f)
        self._done += 1
        return self._stages.prepare(self._a, self._f) if self._done == len(self._stages.slices) else None


def balanced_cuts(costs: Sequence[float], parts: int) -> tuple[int, ...]:
    """Cut a row of costs into at most `parts` runs of neighbours so that the most expensive run is as cheap as can be.

    Returns:
        The first index of every run but the first, in rising order. There are no more runs than that minimum needs,
        and the first runs are filled up.

    Raises:
        ValueError: no costs or no parts.
    """
    if parts < 1 or not costs:
        raise ValueError(f"cannot cut {len(costs)} costs into {parts} parts")
    ends = range(1, len(costs) + 1)
    limits = sorted({sum(costs[start:end]) for end in ends for start in range(end)})
    candidates = (_cuts_within(costs, limit) for limit in limits if limit >= max(costs))
    return next(cuts for cuts in candidates if len(cuts) < parts)


def _cuts_within(costs: Sequence[float], limit: float) -> tuple[int, ...]:
    """Return the cuts between runs that are each as long as `limit`, at least the largest cost, allows."""
    cuts, total = [], 0.0
    for index, cost in enumerate(costs):
        if total + cost > limit:
            cuts.append(index)
            total = 0.0
        total += cost
    return tuple(cuts)
