"""Finds the frames at which a video cuts to another scene."""

from collections import deque
from statistics import median

from torch import Tensor

# Measured with two teachers' heads on a clip with five cuts, one of them out of a fast blurred pan: cuts drift by 1.05
# and more, at least 2.7 times the median before them. Nothing else drifts by more than 0.68, not even a van that fills
# the picture within a few frames; motion that sets in can be 4 times the median, but then drifts by less than 0.3.
CUT_DRIFT = 0.85
CUT_RATIO = 2.0
MEMORY = 8  # frames of which the median is taken


class SceneCut:
    """A cut is a frame that drifts far from the one before it, and much farther than those before did.

    The first condition lets motion set in from rest, the second lets a whole clip move fast. State is the last frame
    and MEMORY drifts.
    """

    def __init__(self) -> None:
        self._before: Tensor | None = None
        self._drifts: deque[float] = deque(maxlen=MEMORY)

    def seen(self, small: Tensor) -> bool:
        """Whether the next frame, with features small [1, C, h, w], begins another scene; the first of all does not."""
        before, self._before = self._before, small
        if before is None:
            return False
        moved = drift(small, before)
        usual = median(self._drifts) if self._drifts else 0.0
        self._drifts.append(moved)
        return moved > max(CUT_DRIFT, CUT_RATIO * usual)


def drift(current: Tensor, reference: Tensor) -> float:
    """mean |current - reference| / mean |reference|, two maps [1, C, h, w] of one size; 0 where both are zero."""
    distance = (current - reference).float().abs_().mean()
    return (distance / reference.float().abs().mean().clamp(min=1e-12)).item()
