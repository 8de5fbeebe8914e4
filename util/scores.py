"""Figures of many frames, gathered per method, per metric and per distance to the reference."""

import math
from collections import Counter
from collections.abc import Mapping

from torch import Tensor

from util.metrics import PSNR_CAP_DB, Metric, pooled_mean

OURS = "shortcut"


class Scores:
    """Every metric of every series ("shortcut" and the baselines), per distance to the reference.

    Args:
        metrics: name -> accumulator class; one accumulator is kept per series and distance.
    """

    def __init__(self, metrics: Mapping[str, type[Metric]]):
        self.metrics = dict(metrics)
        self._frames: Counter[bool] = Counter()  # whether it was a reference frame -> frames
        self._errors: Counter[str] = Counter()  # series -> sum of the mean squared error of each frame
        self._cells: dict[tuple[str, str, int], Metric] = {}

    def add(
        self, distance: int, series: Mapping[str, Tensor], target: Tensor | None, is_reference: bool
    ) -> dict[str, dict[str, float]]:
        """This frame's figures, series -> metric -> value; without a target the frame is only counted."""
        self._frames[is_reference] += 1
        if target is None:
            return {}
        figures = {
            name: {metric: self._cell(name, metric, distance).update(output, target) for metric in self.metrics}
            for name, output in series.items()
        }
        for name, values in figures.items():
            psnr = values.get("psnr", PSNR_CAP_DB)
            self._errors[name] += 0.0 if psnr >= PSNR_CAP_DB else 10 ** (-psnr / 10)
        return figures

    def _cell(self, series: str, metric: str, distance: int) -> Metric:
        key = series, metric, distance
        if key not in self._cells:
            self._cells[key] = self.metrics[metric]()
        return self._cells[key]

    def frames(self) -> dict[str, int]:
        """{"total", "reference", "skipped"}: how many frames there were of each kind."""
        return {"total": self._frames.total(), "reference": self._frames[True], "skipped": self._frames[False]}

    def quality(self) -> dict[str, dict]:
        """metric -> {"skipped", "all", "per_distance": {"1": mean, ...}} of the translator's own output.

        "psnr" has "pooled" besides, the PSNR of the mean squared error of all frames, which is fair between runs whose
        reference frames differ: a mean over frames depends on which are exact, this only on the error that is left.
        None if nothing is left; identical frames have no error.
        """
        return self._summary(OURS)

    def baselines(self) -> dict[str, dict]:
        """baseline -> what `quality` gives for it."""
        names = dict.fromkeys(series for series, _, _ in self._cells if series != OURS)
        return {name: self._summary(name) for name in names}

    def _summary(self, series: str) -> dict[str, dict]:
        return {metric: self._figures(series, metric) for metric in self.metrics}

    def _figures(self, series: str, metric: str) -> dict:
        cells = {d: cell for (s, m, d), cell in sorted(self._cells.items()) if (s, m) == (series, metric)}
        return {
            "skipped": pooled_mean(cell for d, cell in cells.items() if d > 0),
            "all": pooled_mean(cells.values()),
            **({"pooled": self._pooled(series)} if metric == "psnr" else {}),
            "per_distance": {str(d): cell.compute() for d, cell in cells.items() if d > 0},
        }

    def _pooled(self, series: str) -> float | None:
        error = self._errors[series]
        return -10 * math.log10(error / self._frames.total()) if error else None
