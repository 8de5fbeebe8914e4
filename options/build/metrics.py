"""From options to what is measured: metrics, what they need, and the ground truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from data import Clip
from data.frames import Size
from data.label_maps import GroundTruth
from data.real import clips_in, real_clips
from data.stream import RealVideos
from models.evaluation.metrics import Metric, MetricResources, choose
from models.evaluation.segmenter import Segment, by_colour, load_segmenter
from options.record import Options


@dataclass(frozen=True)
class MetricSetup:
    """What is measured, and what there is to say about what is not.

    Args:
        truth: None where no class maps are judged.
    """

    metrics: dict[str, type[Metric]] = field(default_factory=dict)
    resources: MetricResources = MetricResources()
    truth: GroundTruth | None = None
    notes: tuple[str, ...] = ()

    def truth_of(self, clip: Clip, size: tuple[int, int], limit: int | None) -> Callable[[int], np.ndarray] | None:
        """Number of one of the first `limit` frames of this clip -> its ground truth at `size` (width, height)."""
        if self.truth is None:
            return None
        paths = self.truth.paths(clip, limit)
        return lambda index: self.truth.ids(paths[index], size)


def new_metric_setup(opt: Options, clips: Sequence[Clip], size: Size, device: torch.device) -> MetricSetup:
    """What the options ask for, for these clips, whose first is translated to `size` (width, height).

    Raises:
        ValueError, FileNotFoundError: a metric that was asked for lacks something.
    """
    if not opt.compare:
        return MetricSetup()
    names = "auto" if opt.metrics == "auto" else list(dict.fromkeys(["psnr", *opt.metrics.split(",")]))
    segment, truth, notes = None, None, ()
    if names == "auto" or "segmentation" in names:
        segment, truth, notes = new_segmentation(opt, clips, device, must=names != "auto")
    resources = MetricResources(
        segment=segment,
        seg_protocol=opt.seg_protocol,
        conditions=opt.seg_conditions,
        inception=opt.inception_weights and Path(opt.inception_weights),
        i3d=opt.i3d_weights and Path(opt.i3d_weights),
        real=real_videos(opt, size),
        cache=Path(opt.results_dir) / "real_features",
        device=device,
    )
    return MetricSetup(choose(names, resources), resources, truth, notes)


def new_segmentation(
    opt: Options, clips: Sequence[Clip], device: torch.device, must: bool
) -> tuple[Segment | None, GroundTruth | None, tuple[str, ...]]:
    """How outputs become class ids, what they should be, and a note where the ground truth is not there.

    Raises:
        ValueError, FileNotFoundError: class maps cannot be judged, and `must` be or --gt_root was given for it.
    """
    segment, truth = new_segment(opt, device), new_truth(opt)
    if segment is None or truth is None:
        if must or opt.gt_root is not None or opt.seg_weights is not None:
            raise ValueError(
                f"segmentation scores of {opt.layout} need --seg_weights FILE and --gt_root DIR: a network that says "
                "what its outputs show, and label maps of what they should"
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
    """v2l shows label maps itself; of other outputs a network says what they show, if there is one."""
    if opt.layout == "v2l":
        return by_colour
    if opt.seg_weights is None:
        return None
    try:
        return load_segmenter(opt.seg_weights, device)
    except ValueError as error:
        raise ValueError(f"--seg_weights {opt.seg_weights}: {error}") from error


def new_truth(opt: Options) -> GroundTruth | None:
    """Of --gt_root, or of where the layout has it."""
    if opt.gt_root is not None:
        return GroundTruth(Path(opt.gt_root), opt.fine_size)
    if opt.layout == "l2v":
        return GroundTruth(None, opt.fine_size)
    return GroundTruth(Path(opt.dataroot) / opt.split / "B", opt.fine_size) if opt.layout == "v2l" else None


def real_videos(opt: Options, size: Size) -> RealVideos | None:
    """Of --real_root, or of where the layout has them; None if nobody needs them or there are none."""
    if opt.inception_weights is None and opt.i3d_weights is None:
        return None
    if opt.real_root is not None:
        clips = clips_in(Path(opt.real_root), opt.split)
    else:
        clips = real_clips(opt.layout, Path(opt.dataroot), opt.split)
    return RealVideos(clips, size) if clips else None
