"""Training pairs: a reference frame and a later frame of the same clip."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Dataset

from data.clips import Clip
from data.frames import RandomCrop, Size, UnreadableFrame, read_frame
from data.video import VideoFrames

GAPS = ("uniform", "near")
TRIES = 10  # pairs drawn from one clip before another clip takes its place
CLIPS = 5  # clips drawn from before their damage is an error


class ImageFrames:
    """Any frame of a clip of image files by its number; the counterpart of `VideoFrames`."""

    def __init__(self, clip: Clip):
        self._paths = clip.frames

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, number: int) -> str:
        return str(self._paths[number])

    def read(self, number: int) -> np.ndarray:
        """uint8 [H, W, 3] RGB of frame `number`, counted from 0."""
        return read_frame(self._paths[number])


class PairDataset(Dataset):
    """One pair per clip and epoch, drawn from (seed, epoch, clip) alone: workers and resuming do not change it.

    dataset[epoch, clip] -> {"reference": [3, H, W], "current": [3, H, W] in [-1, 1], "distance": frames from reference
    to current, "skipped": names of unreadable frames met on the way}. The distance lies in 1..max_gap, or up to the
    clip's length - 1 if that is less; both frames are cut by one window. A random other clip takes the place of one
    without a readable pair.

    Args:
        clips: each of at least two frames.
        max_gap: largest distance, at least 1.
        gaps: how distances are drawn: "uniform", as published, or "near", distance d with a chance in proportion to
            1/d, which is how often they occur where intervals of every length up to max_gap + 1 are used.
        load_size, fine_size, flip: see `RandomCrop`.
        seed: not negative.

    Raises:
        ValueError: no clip, a clip of one frame (named), max_gap below 1.
        UnreadableFrame: on access, when several clips in a row have no readable pair.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        max_gap: int,
        load_size: Size,
        fine_size: Size,
        flip: bool = False,
        seed: int = 0,
        gaps: str = "uniform",
    ):
        if gaps not in GAPS:
            raise ValueError(f"gaps must be one of {', '.join(GAPS)}, got {gaps!r}")
        if max_gap < 1:
            raise ValueError(f"max_gap must be at least 1 frame, got {max_gap}")
        if not clips:
            raise ValueError("no clip to draw pairs from")
        self._names = [clip.name for clip in clips]
        self._sources = [VideoFrames(clip.video) if clip.video else ImageFrames(clip) for clip in clips]
        if short := [name for name, frames in zip(self._names, self._sources, strict=True) if len(frames) < 2]:
            raise ValueError(f"a pair needs two frames, but these clips have one: {', '.join(short)}")
        self._max_gap, self._gaps, self._seed = max_gap, gaps, seed
        self._crop = RandomCrop(load_size, fine_size, flip)

    def __len__(self) -> int:
        return len(self._sources)

    def __getitem__(self, key: tuple[int, int]) -> dict:
        epoch, index = key
        rng = np.random.default_rng([self._seed, epoch, index])
        tried, skipped = [], []
        for clip in self._candidates(index, rng):
            pair, bad = self._draw(self._sources[clip], rng)
            skipped += bad
            if pair:
                return {**pair, "skipped": list(dict.fromkeys(skipped))}
            tried.append(self._names[clip])
        clips = ", ".join(tried)
        raise UnreadableFrame(f"no readable pair in {TRIES} tries per clip: {clips} (first bad: {skipped[0]})")

    def _candidates(self, index: int, rng: np.random.Generator) -> Iterator[int]:
        """Clip `index`, then others at random; nothing is drawn for them before they are needed."""
        yield index
        yield from rng.permutation([clip for clip in range(len(self)) if clip != index])[: CLIPS - 1].astype(int)

    def _draw(self, frames: ImageFrames | VideoFrames, rng: np.random.Generator) -> tuple[dict, list[str]]:
        """A pair, empty if none was readable, and the names of the unreadable frames met on the way."""
        skipped = []
        for _ in range(TRIES):
            distance = self._distance(min(self._max_gap, len(frames) - 1), rng)
            first = int(rng.integers(len(frames) - distance))
            window = self._crop.draw(rng)
            pair = {number: self._read(frames, number) for number in (first, first + distance)}
            bad = [frames.name(number) for number, image in pair.items() if image is None]
            if not bad:
                reference, current = (self._crop.apply(image, window) for image in pair.values())
                return {"reference": reference, "current": current, "distance": distance}, skipped
            skipped += bad
        return {}, skipped

    def _distance(self, largest: int, rng: np.random.Generator) -> int:
        if self._gaps == "uniform":
            return int(rng.integers(1, largest, endpoint=True))
        chances = 1 / np.arange(1, largest + 1)
        return int(rng.choice(largest, p=chances / chances.sum())) + 1

    @staticmethod
    def _read(frames: ImageFrames | VideoFrames, number: int) -> np.ndarray | None:
        try:
            return frames.read(number)
        except UnreadableFrame:
            return None
