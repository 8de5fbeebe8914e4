"""Metrics of a method's pictures. A new one is one class and one line in METRICS."""

from collections.abc import Iterable
from typing import Literal

from models.evaluation.metrics.base import FrameContext, Means, Metric, MetricResources, RealVideos
from models.evaluation.metrics.distribution import Fid, Fvd
from models.evaluation.metrics.image import PSNR_CAP_DB, Lpips, Psnr, Ssim
from models.evaluation.metrics.segmentation import SegmentationScore
from models.evaluation.metrics.temporal import Flicker, TemporalLpips, WarpError

__all__ = ["METRICS", "PSNR_CAP_DB", "Means", "Metric", "MetricResources", "RealVideos", "FrameContext", "choose"]

METRICS: dict[str, type[Metric]] = {
    "psnr": Psnr,
    "ssim": Ssim,
    "lpips": Lpips,
    "warp_error": WarpError,
    "flicker": Flicker,
    "tlp": TemporalLpips,
    "segmentation": SegmentationScore,
    "fid": Fid,
    "fvd": Fvd,
}


def choose(asked: Literal["auto"] | Iterable[str], resources: MetricResources) -> dict[str, type[Metric]]:
    """The metrics asked for by name, or with "auto" all that lack nothing.

    Raises:
        ValueError: one that was named lacks something; the message says what, of every such metric.
    """
    if asked == "auto":
        return {name: metric for name, metric in METRICS.items() if metric.missing(resources) is None}
    chosen = {name: METRICS[name] for name in asked}
    if lacking := [text for metric in chosen.values() if (text := metric.missing(resources)) is not None]:
        raise ValueError("\n".join(lacking))
    return chosen
