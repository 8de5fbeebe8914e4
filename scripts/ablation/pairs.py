"""Which frames each training step compares: the same for every row of one seed."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from data.batches import ResumableBatchSampler
from scripts.ablation.features import Features

LARGEST_DISTANCE = 12  # frames


class Batch(NamedTuple):
    """Keys of `Features`."""

    epoch: int  # counted from 1
    reference: list[int]
    current: list[int]


def batches(features: Features, size: int, steps: int, seed: int) -> Iterator[Batch]:
    """`steps` batches of `size` pairs, an epoch being one pair of each clip.

    Distances run from 1 to LARGEST_DISTANCE, d with a chance in proportion to 1/d; half of the pairs are mirrored.
    """
    clips = len(features.lengths)
    for step, drawn in enumerate(ResumableBatchSampler(clips, size, epochs=epochs(clips, size, steps), seed=seed)):
        if step == steps:
            return
        pairs = [_pair(features, clip, np.random.default_rng([seed, epoch, clip])) for epoch, clip in drawn]
        reference, current = map(list, zip(*pairs, strict=True))
        yield Batch(drawn[0][0] + 1, reference, current)


def epochs(clips: int, size: int, steps: int) -> int:
    """How many epochs are begun in `steps` steps."""
    return -(-steps // -(-clips // size))


def _pair(features: Features, clip: int, rng: np.random.Generator) -> tuple[int, int]:
    length = features.lengths[clip]
    distance = _distance(min(LARGEST_DISTANCE, length - 1), rng)
    first, mirrored = int(rng.integers(length - distance)), bool(rng.integers(2))
    return tuple(features.key(clip, number, mirrored) for number in (first, first + distance))


def _distance(largest: int, rng: np.random.Generator) -> int:
    chances = 1 / np.arange(1, largest + 1)
    return int(rng.choice(largest, p=chances / chances.sum())) + 1
