"""From options to metrics, the resources that they need, and the ground truth."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from data import Clip
from data.frames import Size
from data.label_maps import GroundTruth
from data.real import clips_in, real_clips
from data.stream import RealVideos, frame_count
from models.evaluation.fcn8s import Segment, by_colour, load_segmenter
from models.evaluation.metrics import Metric, MetricResources, choose
from options.record import Options


@dataclass(frozen=True)
class MetricSetup:
    """The metrics of a run.

    Args:
        metrics: name -> class.
        resources: what the metrics are built with.
        truth: the ground truth of segmentation scores; None if there are none.
        notes: why something is not measured, one line each.
    """

    metrics: dict[str, type[Metric]] = field(default_factory=dict)
    resources: MetricResources = MetricResources()
    truth: GroundTruth | None = None
    notes: tuple[str, ...] = ()

    def truth_of(self, clip: Clip, size: tuple[int, int], limit: int | None) -> Callable[[int], np.ndarray] | None:
        """A function: number of a frame -> its ground truth at `size` (width, height), for the first `limit` frames."""
        if (truth := self.truth) is None:
            return None
        paths = truth.paths(clip, limit)
        return lambda index: truth.ids(paths[index], size)


def new_metric_setup(
    opt: Options, clips: Sequence[Clip], size: Size, device: torch.device, shortest_side: int | None = None
) -> MetricSetup:
    """The metrics that the options name.

    Args:
        size: (width, height) of the first clip's outputs.
        shortest_side: of all clips' outputs, px; None: that of `size`.

    Raises:
        ValueError, FileNotFoundError: a named metric lacks something, or the clips are too small or too short for it.
    """
    if not opt.compare:
        return MetricSetup()
    names = "auto" if opt.metrics == "auto" else list(dict.fromkeys(["psnr", *opt.metrics.split(",")]))
    segment, truth, notes = None, None, ()
    if names == "auto" or "segmentation" in names:
        segment, truth, notes = new_segmentation(opt, clips, device, must=names != "auto")
    real = real_videos(opt, size)
    resources = MetricResources(
        segment=segment,
        seg_protocol=opt.seg_protocol,
        conditions=opt.seg_conditions,
        inception=opt.inception_weights and Path(opt.inception_weights),
        i3d=opt.i3d_weights and Path(opt.i3d_weights),
        trust_torchscript=opt.trust_torchscript,
        real=real,
        cache=Path(opt.results_dir) / "real_features",
        device=device,
    )
    metrics = choose(names, resources)
    too_little = _too_little(opt, metrics, clips, real, shortest_side or min(size))
    if too_little and names != "auto":
        raise ValueError("\n".join(f"--metrics {name}: {why}" for name, why in too_little.items()))
    metrics = {name: metric for name, metric in metrics.items() if name not in too_little}
    return MetricSetup(metrics, resources, truth, (*notes, *(f"no {name}: {why}" for name, why in too_little.items())))


def _too_little(
    opt: Options,
    metrics: Mapping[str, type[Metric]],
    clips: Sequence[Clip],
    real: RealVideos | None,
    shortest_side: int,
) -> dict[str, str]:
    """Name of a metric that the clips are too small or too short for -> why, in words."""
    found = {}
    for name, metric in metrics.items():
        if shortest_side < metric.shortest_side:
            found[name] = f"it needs pictures of at least {metric.shortest_side} px a side, got {shortest_side}"
        elif metric.window:
            counts = [_samples(clips, metric.window, opt.max_frames)]
            counts += [_samples(real.clips, metric.window, None)] if real else []
            if min(counts) < 2:
                found[name] = (
                    f"it needs at least 2 samples of {metric.window} consecutive frames, of the clips and of the real "
                    f"videos, got {' and '.join(map(str, counts))}"
                )
    return found


def _samples(clips: Sequence[Clip], window: int, limit: int | None) -> int:
    """How many samples of `window` frames the clips have; it stops counting at 2."""
    count = 0
    for clip in clips:
        if count < 2:
            count += min(frame_count(clip), limit or sys.maxsize) // window
    return min(count, 2)


def new_segmentation(
    opt: Options, clips: Sequence[Clip], device: torch.device, must: bool
) -> tuple[Segment | None, GroundTruth | None, tuple[str, ...]]:
    """The segmentation of outputs, the ground truth, and a note if the ground truth is not there.

    Raises:
        ValueError, FileNotFoundError: one of the two is not there, though `must` is True or a flag asks for scores.
    """
    segment, truth = new_segment(opt, device), new_truth(opt)
    if segment is None or truth is None:
        if must or opt.gt_root is not None or opt.seg_weights is not None:
            raise ValueError(
                f"segmentation scores of {opt.layout} need --seg_weights FILE and --gt_root DIR: a network that "
                "segments the outputs, and label maps of the ground truth"
            )
        return None, None, ()
    try:
        for clip in clips:
            truth.paths(clip, opt.max_frames)
    except FileNotFoundError as error:
        if must or opt.gt_root is not None:
            raise
        return None, None, (f"no segmentation scores: {str(error).partition(';')[0]}",)
    return segment, truth, ()


def new_segment(opt: Options, device: torch.device) -> Segment | None:
    """The segmentation of outputs: of v2l by colour, of other layouts by the network --seg_weights; None without it."""
    if opt.layout == "v2l":
        return by_colour
    if opt.seg_weights is None:
        return None
    try:
        return load_segmenter(opt.seg_weights, device)
    except ValueError as error:
        raise ValueError(f"--seg_weights {opt.seg_weights}: {error}") from error


def new_truth(opt: Options) -> GroundTruth | None:
    """The ground truth in --gt_root, or in the layout's own place; None if there is none."""
    if opt.gt_root is not None:
        return GroundTruth(Path(opt.gt_root), opt.fine_size)
    if opt.layout == "l2v":
        return GroundTruth(None, opt.fine_size)
    return GroundTruth(Path(opt.dataroot) / opt.split / "B", opt.fine_size) if opt.layout == "v2l" else None


def real_videos(opt: Options, size: Size) -> RealVideos | None:
    """The videos in --real_root, or in the layout's own place; None if no metric needs them or there are none."""
    if opt.inception_weights is None and opt.i3d_weights is None:
        return None
    if opt.real_root is not None:
        clips = clips_in(Path(opt.real_root), opt.split)
    else:
        clips = real_clips(opt.layout, Path(opt.dataroot), opt.split)
    return RealVideos(clips, size) if clips else None
