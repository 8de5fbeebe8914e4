"""What a refresh policy has to reach, and the search for the setting that does."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation.refresh_fit.curve import Point


@dataclass(frozen=True)
class Target:
    """What a policy has to reach: a pooled PSNR of at least `psnr` dB, or at most `macs` per frame.

    Exactly one of both is given; among the policies that reach it the best has the least of the one or the most of
    the other.
    """

    psnr: float | None = None
    macs: float | None = None

    def __post_init__(self):
        if (self.psnr is None) == (self.macs is None):
            raise ValueError(f"a target is either a PSNR or MACs, got {self.psnr} dB and {self.macs} MACs")

    def met_by(self, point: Point) -> bool:
        return point.pooled_psnr >= self.psnr if self.macs is None else point.amortised_macs <= self.macs

    def best(self, points: Sequence[Point]) -> Point | None:
        """The best of the points that meet the target; None if none does."""
        met = [point for point in points if self.met_by(point)]
        if self.macs is None:
            return min(met, key=lambda p: (p.amortised_macs, -p.pooled_psnr), default=None)
        return max(met, key=lambda p: (p.pooled_psnr, -p.amortised_macs), default=None)

    def nearer(self, points: Sequence[Point], steps: int) -> list[float]:
        """`steps` settings between the best and its neighbour that just misses the target; none if there is no such.

        Args:
            points: of one policy, of which a larger setting costs less and shows less.
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
    """`setting` in four digits, which is how finely it can matter, and how a person copies it."""
    return float(f"{setting:.4g}")
