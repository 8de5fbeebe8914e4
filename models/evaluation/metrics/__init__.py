"""Metrics of a method's pictures. A new one is one class and one line in METRICS: docs/extending.md shows how."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Literal

from models.evaluation.metrics import distribution, image, segmentation, temporal
from models.evaluation.metrics.base import FrameContext, Metric, MetricResources, RealVideos
from util.report.record import PSNR_CAP_DB

__all__ = [
    "METRICS",
    "PSNR_CAP_DB",
    "FrameContext",
    "Metric",
    "MetricResources",
    "RealVideos",
    "choose",
    "describe_figures",
]

METRICS: dict[str, type[Metric]] = {
    "psnr": image.Psnr,
    "ssim": image.Ssim,
    "lpips": image.Lpips,
    "warp_error": temporal.WarpError,
    "flicker": temporal.Flicker,
    "tlp": temporal.TemporalLpips,
    "segmentation": segmentation.SegmentationScore,
    "fid": distribution.Fid,
    "fvd": distribution.Fvd,
}


def choose(asked: Literal["auto"] | Iterable[str], resources: MetricResources) -> dict[str, type[Metric]]:
    """The metrics with these names, in this order; with "auto" all that lack nothing.

    Raises:
        ValueError: a named metric lacks something; the message says what, for all of them.
    """
    if asked == "auto":
        return {name: metric for name, metric in METRICS.items() if metric.missing(resources) is None}
    chosen = {name: METRICS[name] for name in asked}
    if lacking := [text for metric in chosen.values() if (text := metric.missing(resources)) is not None]:
        raise ValueError("\n".join(lacking))
    return chosen


def describe_figures(metrics: Mapping[str, type[Metric]]) -> dict[str, dict]:
    """Name -> how to show this figure, for every figure of these metrics, in the form that metrics.json has."""
    return {name: asdict(figure) for metric in metrics.values() for name, figure in metric.figures.items()}
