"""Unpaired frames of two domains, to train a teacher on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torch import Tensor
from torch.utils.data import Dataset

from data.frame_cache import Read, frame_reader
from data.frames import RandomCrop, Size, UnreadableFrame

TRIES = 10  # unreadable frames drawn in a row before it is an error


class UnpairedDataset(Dataset):
    """The frames of domain A in turn, each with a random frame of domain B.

    dataset[epoch, index] -> {"A": [3, H, W], "B": [3, H, W] in [-1, 1], "skipped": unreadable files that were drawn}.
    An item depends on (seed, epoch, index) alone. As published, A is frame `index` mod |A|, the two frames are cropped
    independently, and nothing is mirrored. A random frame of the same domain replaces an unreadable one. An epoch has
    max(|A|, |B|) items.

    Args:
        frames_a, frames_b: image files of the two domains.
        load_size, fine_size: see `RandomCrop`.
        seed: at least 0.
        read: reads the files; None: `data.frame_cache.frame_reader` of the load size.

    Raises:
        ValueError: a domain has no frame.
        UnreadableFrame: on access, when several frames in a row cannot be read.
    """

    def __init__(
        self,
        frames_a: Sequence[Path],
        frames_b: Sequence[Path],
        load_size: Size,
        fine_size: Size,
        seed: int = 0,
        read: Read | None = None,
    ):
        for domain, frames in (("A", frames_a), ("B", frames_b)):
            if not frames:
                raise ValueError(f"domain {domain} has no frame")
        self._a, self._b, self._seed = list(frames_a), list(frames_b), seed
        self._crop, self._read_file = RandomCrop(load_size, fine_size), read or frame_reader(load_size)

    def __len__(self) -> int:
        return max(len(self._a), len(self._b))

    def __getitem__(self, key: tuple[int, int]) -> dict:
        epoch, index = key
        rng = np.random.default_rng([self._seed, epoch, index])
        a, bad_a = self._read(self._a, index % len(self._a), rng)
        b, bad_b = self._read(self._b, int(rng.integers(len(self._b))), rng)
        return {"A": a, "B": b, "skipped": bad_a + bad_b}

    def _read(self, frames: list[Path], first: int, rng: np.random.Generator) -> tuple[Tensor, list[str]]:
        """Frame `first`, or a random one if it is unreadable, and the names of the unreadable frames drawn before."""
        path, skipped = frames[first], []
        for _ in range(TRIES):
            try:
                return self._crop.apply(self._read_file(path), self._crop.draw(rng)), skipped
            except UnreadableFrame:
                if str(path) not in skipped:
                    skipped.append(str(path))
                path = frames[int(rng.integers(len(frames)))]
        raise UnreadableFrame(f"no readable frame in {TRIES} tries, bad are {', '.join(skipped)}")
