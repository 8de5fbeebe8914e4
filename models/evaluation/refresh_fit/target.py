"""The target of a refresh policy, and the search for the setting that reaches it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation.refresh_fit.curve import Point


@dataclass(frozen=True)
class Target:
    """A pooled PSNR of at least `psnr` dB, or at most `macs` per frame; exactly one of both is given.

    Among the policies that reach a PSNR, the best has the fewest MACs. Among those that keep to the MACs, the best has
    the highest PSNR.
    """

    psnr: float | None = None
    macs: float | None = None

    def __post_init__(self):
        if (self.psnr is None) == (self.macs is None):
            raise ValueError(f"a target is either a PSNR or MACs, got {self.psnr} dB and {self.macs} MACs")

    def met_by(self, point: Point) -> bool:
        if self.macs is not None:
            return point.amortised_macs <= self.macs
        assert self.psnr is not None  # one of both is given
        return point.pooled_psnr >= self.psnr

    def best(self, points: Sequence[Point]) -> Point | None:
        """Return the best of the points that meet the target; None if none does."""
        met = [point for point in points if self.met_by(point)]
        if self.macs is None:
            return min(met, key=lambda p: (p.amortised_macs, -p.pooled_psnr), default=None)
        return max(met, key=lambda p: (p.pooled_psnr, -p.amortised_macs), default=None)

    def nearer(self, points: Sequence[Point], steps: int) -> list[float]:
        """Return `steps` settings between the best point and the neighbour that just misses the target, if any.

        Args:
            points: of one policy; a larger setting costs less and has a lower PSNR.
        """
        best = self.best(points)
        if best is None:
            return []
        sign = 1 if self.macs is None else -1  # towards cheaper, or towards better
        ahead = [p.setting for p in points if not self.met_by(p) and sign * (p.setting - best.setting) > 0]
        if not ahead:
            return []
        gap = min(ahead, key=lambda setting: abs(setting - best.setting)) - best.setting
        between = [short(best.setting + gap * k / (steps + 1)) for k in range(1, steps + 1)]
        return [setting for setting in between if setting not in {p.setting for p in points}]


def short(setting: float) -> float:
    """Round `setting` to four digits: finer differences do not matter, and a person can copy it."""
    return float(f"{setting:.4g}")
