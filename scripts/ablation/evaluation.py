"""What a trained block, and what it has to beat, shows on held-out clips."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import fmean

import torch
from torch import Tensor

from models.evaluation.baselines import flow_warp
from models.evaluation.cost import count_macs
from models.evaluation.metrics.image import Psnr, Ssim, unit_pair
from models.shortcut import Shortcut
from models.shortcut.matching import hold
from scripts.ablation.features import Features
from scripts.ablation.variants import show_frames

NEAR, FAR = 3, 13  # frames from one reference to the next: distances 1-2 and 1-12
Predict = Callable[[int, int], Tensor]  # keys of the reference and of the current frame -> picture [1, 3, H, W]


def by_block(block: Shortcut, features: Features, threshold: float) -> Predict:
    """What `block` predicts, with the reference's own features where nothing moves if `threshold` is not 0."""

    @torch.no_grad()
    def predict(reference: int, current: int) -> Tensor:
        show_frames(block, features, [reference], [current])
        there, here = features.taught([reference]), features.taught([current])
        prediction, pixels = block.with_pixels(there.a, here.a, there.f)
        feature = prediction.feature
        if threshold:
            feature = hold(feature, there.f, there.a, here.a, threshold)
        y = features.teacher.tail(feature, here.a)
        return pixels.paint(y, there.y) if pixels else y

    return predict


def baselines(features: Features) -> dict[str, Predict]:
    """The reference's picture again, and moved along the optical flow of the frames."""

    def warped(reference: int, current: int) -> Tensor:
        return flow_warp(features.frame(reference), features.frame(current), features.taught([reference]).y)

    return {"reuse": lambda reference, _: features.taught([reference]).y, "flow_warp": warped}


def figures(predict: Predict, features: Features) -> dict[str, dict]:
    """{"near", "far"} -> {"psnr": dB, "ssim" (near only), "per_distance": {"1": dB, ...}}, means of skipped frames.

    References are NEAR and FAR frames apart. Every figure is against the teacher's own picture.
    """
    return {
        "near": _measured(predict, features, NEAR, structure=True),
        "far": _measured(predict, features, FAR, structure=False),
    }


def skipped_macs(block: Shortcut, features: Features) -> int:
    """Multiply-accumulates of a skipped frame if nothing of its reference was kept."""
    first = features.key(0, 0)
    show_frames(block, features, [first], [first])
    one = features.taught([first])
    return (
        count_macs(features.teacher.head, features.frame(first))
        + count_macs(block.with_pixels, one.a, one.a, one.f)
        + count_macs(features.teacher.tail, one.f, one.a)
    )


def _measured(predict: Predict, features: Features, interval: int, structure: bool) -> dict:
    psnr, ssim = defaultdict(list), []
    for distance, reference, current in _skipped(features, interval):
        pair = unit_pair(predict(reference, current), features.taught([current]).y)
        psnr[distance].append(Psnr.measure(*pair))
        if structure:
            ssim.append(Ssim.measure(*pair))
    means = {"psnr": fmean(value for found in psnr.values() for value in found)}
    means |= {"ssim": fmean(ssim)} if structure else {}
    return {**means, "per_distance": {str(distance): fmean(psnr[distance]) for distance in sorted(psnr)}}


def _skipped(features: Features, interval: int) -> Iterator[tuple[int, int, int]]:
    """(distance, key of the reference, key of the frame) of every skipped frame."""
    for clip, length in enumerate(features.lengths):
        for number in range(length):
            if distance := number % interval:
                yield distance, features.key(clip, number - distance), features.key(clip, number)
