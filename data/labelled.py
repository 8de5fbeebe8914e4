"""Video frames with their label maps, to train a segmentation network on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from data.frames import RandomCrop, Size, UnreadableFrame, Window, read_frame
from util.viper import nearest_class, resize_labels

TRIES = 10  # unreadable pairs drawn in a row before it is an error


class LabelledDataset(Dataset):
    """Frames in turn, each cropped together with its label map.

    dataset[epoch, index] -> {"frame": [3, H, W] in [-1, 1], "labels": class ids int64 [H, W], "skipped": unreadable
    files that were drawn}. An item depends on (seed, epoch, index) alone. A random pair replaces one of which the frame
    or the label map is unreadable.

    Args:
        pairs: (frame, its label map), image files.
        load_size, fine_size, flip: see `RandomCrop`.
        seed: at least 0.

    Raises:
        ValueError: `pairs` is empty.
        UnreadableFrame: on access, when several pairs in a row cannot be read.
    """

    def __init__(
        self, pairs: Sequence[tuple[Path, Path]], load_size: Size, fine_size: Size, flip: bool = False, seed: int = 0
    ):
        if not pairs:
            raise ValueError("no labelled frame to train on")
        self._pairs, self._seed = list(pairs), seed
        self._crop = RandomCrop(load_size, fine_size, flip)

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, key: tuple[int, int]) -> dict:
        epoch, index = key
        rng = np.random.default_rng([self._seed, epoch, index])
        skipped: list[str] = []
        for _ in range(TRIES):
            pixels, bad = _read(self._pairs[index])
            if not bad:
                frame, label_map = pixels
                return {**self._crop_pair(frame, label_map, self._crop.draw(rng)), "skipped": skipped}
            skipped += [path for path in bad if path not in skipped]
            index = int(rng.integers(len(self._pairs)))
        raise UnreadableFrame(f"no readable frame with its label map in {TRIES} tries, bad are {', '.join(skipped)}")

    def _crop_pair(self, image: np.ndarray, label_map: np.ndarray, window: Window) -> dict[str, Tensor]:
        colours = self._crop.crop(resize_labels(label_map, self._crop.load_size), window)
        labels = torch.from_numpy(nearest_class(colours).astype(np.int64))
        return {"frame": self._crop.apply(image, window), "labels": labels}


def _read(paths: Sequence[Path]) -> tuple[list[np.ndarray], list[str]]:
    """The pixels of the readable files, and the names of the unreadable ones."""
    pixels, bad = [], []
    for path in paths:
        try:
            pixels.append(read_frame(path))
        except UnreadableFrame:
            bad.append(str(path))
    return pixels, bad
