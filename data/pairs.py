"""Training pairs: a reference frame and a later frame of the same clip."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Dataset

from data.clips import Clip
from data.frame_cache import Read, frame_reader
from data.frames import RandomCrop, Size, UnreadableFrame, read_frame
from data.video import VideoFrames

GAPS = ("uniform", "near")
TRIES = 10  # unreadable pairs drawn from a clip before another clip replaces it
CLIPS = 5  # clips without a readable pair before it is an error


class ImageFrames:
    """Random access to the frames of a clip of image files, as `VideoFrames` gives to a video file.

    Args:
        read: reads one of the files.
    """

    def __init__(self, clip: Clip, read: Read = read_frame):
        self._paths, self._read = clip.frames, read

    def __len__(self) -> int:
        return len(self._paths)

    def name(self, number: int) -> str:
        """The path of frame `number`, for messages."""
        return str(self._paths[number])

    def read(self, number: int) -> np.ndarray:
        """Read frame `number`, counted from 0, as uint8 [H, W, 3] RGB.

        Raises:
            UnreadableFrame: the file is damaged.
        """
        return self._read(self._paths[number])


class PairDataset(Dataset):
    """One random pair per clip and epoch.

    dataset[epoch, clip] -> {"reference": [3, H, W], "current": [3, H, W] in [-1, 1], "distance": frames from reference
    to current, "skipped": names of unreadable frames that were drawn}. A pair depends on (seed, epoch, clip) alone: the
    number of workers and resuming do not change it. The distance is between 1 and `max_gap`, or the clip's length - 1
    if that is less. Both frames are cropped alike. A random clip replaces one without a readable pair.

    Args:
        clips: each of at least two frames.
        max_gap: largest distance, at least 1.
        gaps: distribution of distances: "uniform", as published, or "near", where the probability of distance d is
            proportional to 1/d. This is how often distance d occurs if all intervals up to max_gap + 1 are equally
            frequent.
        load_size, fine_size, flip: see `RandomCrop`.
        seed: at least 0.
        read: reads the image files of clips; None: `data.frame_cache.frame_reader` of the load size.

    Raises:
        ValueError: `clips` is empty or a clip has one frame, `gaps` is unknown, or `max_gap` is below 1.
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
        read: Read | None = None,
    ):
        if gaps not in GAPS:
            raise ValueError(f"gaps must be one of {', '.join(GAPS)}, got {gaps!r}")
        if max_gap < 1:
            raise ValueError(f"max_gap must be at least 1 frame, got {max_gap}")
        if not clips:
            raise ValueError("no clip to draw pairs from")
        self._names = [clip.name for clip in clips]
        read = read or frame_reader(load_size)
        self._sources = [VideoFrames(clip.video) if clip.video else ImageFrames(clip, read) for clip in clips]
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
        """Clip `index`, then other clips in random order; `rng` is used for these only when they are needed."""
        yield index
        yield from rng.permutation([clip for clip in range(len(self)) if clip != index])[: CLIPS - 1].astype(int)

    def _draw(self, frames: ImageFrames | VideoFrames, rng: np.random.Generator) -> tuple[dict, list[str]]:
        """A pair, or {} if none was readable, and the names of the unreadable frames that were drawn."""
        skipped = []
        for _ in range(TRIES):
            distance = self._distance(min(self._max_gap, len(frames) - 1), rng)
            first = int(rng.integers(len(frames) - distance))
            window = self._crop.draw(rng)
            reference, current = (self._read(frames, number, skipped) for number in (first, first + distance))
            if reference is not None and current is not None:
                pair = {"reference": self._crop.apply(reference, window), "current": self._crop.apply(current, window)}
                return {**pair, "distance": distance}, skipped
        return {}, skipped

    def _distance(self, largest: int, rng: np.random.Generator) -> int:
        if self._gaps == "uniform":
            return int(rng.integers(1, largest, endpoint=True))
        chances = 1 / np.arange(1, largest + 1)
        return int(rng.choice(largest, p=chances / chances.sum())) + 1

    @staticmethod
    def _read(frames: ImageFrames | VideoFrames, number: int, skipped: list[str]) -> np.ndarray | None:
        """The frame, or None and its name in `skipped` if it is unreadable."""
        try:
            return frames.read(number)
        except UnreadableFrame:
            skipped.append(frames.name(number))
            return None
