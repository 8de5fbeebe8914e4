"""How well block matching, with constants of one's choice, finds where features come from."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import torch
from torch import Tensor

from models.evaluation.metrics.image import Psnr, unit_pair
from models.ops.warp import resize_displacement, warp
from models.shortcut.alignment import halve
from models.shortcut.matching import MatchingConstants, match_blocks, pyramid
from scripts.ablation.features import Features

DISTANCES = (1, 2, 4, 8, 12)  # frames from the reference to the frame that is predicted from it


@torch.no_grad()
def fits(features: Features, choices: Sequence[MatchingConstants]) -> list[dict[int, float]]:
    """For each choice {distance: mean PSNR in dB}: tail(moved f_ref) against the teacher's own picture.

    Every clip gives one pair for each distance, from its first frame; clips too short for a distance give none.
    """
    found: list[dict[int, list[float]]] = [{} for _ in choices]
    for distance, reference, current in _pairs(features):
        there, here = features.taught([reference]), features.taught([current])
        levels = [pyramid(halve(a)) for a in (here.a, there.a)]
        for choice, psnr in zip(choices, found, strict=True):
            displacement = resize_displacement(match_blocks(*levels, constants=choice), here.a.shape[2:])
            picture = features.teacher.tail(warp(there.f, displacement), here.a)
            psnr.setdefault(distance, []).append(_psnr(picture, here.y))
    return [{distance: fmean(values) for distance, values in psnr.items()} for psnr in found]


def mean_fit(several: Sequence[dict[int, float]]) -> float:
    """The mean over teachers and distances, all counting alike."""
    return fmean(value for by_distance in several for value in by_distance.values())


def _pairs(features: Features) -> Iterator[tuple[int, int, int]]:
    """(distance, key of the reference, key of the current frame)."""
    for clip, length in enumerate(features.lengths):
        for distance in DISTANCES:
            if distance < length:
                yield distance, features.key(clip, 0), features.key(clip, distance)


def _psnr(picture: Tensor, target: Tensor) -> float:
    return Psnr.measure(*unit_pair(picture, target))
