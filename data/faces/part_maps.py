"""Parts of faces that were found beforehand: a NumPy file with a map for every frame of a clip."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

PARTS = 19  # of BiSeNet's faces


class PartMaps:
    """maps[number] -> logits [1, 19, H, W] of frame `number` of a clip, float32. One map is in memory at a time.

    Args:
        path: a file .npy, [N, 19, H, W], numbered from the clip's first frame.
        size: (width, height) of the frames as they are translated.
        frames: how many of them there are.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another kind of file, maps of another size, or too few of them.

    Source: Yang et al., VToonify (2022), section 4.3, maps that were smoothed over time.
    """

    def __init__(self, path: Path, size: tuple[int, int], frames: int):
        if not path.is_file():
            raise FileNotFoundError(f"no file of face parts {path}")
        try:
            self._maps = np.lib.format.open_memmap(path, mode="r")
        except (ValueError, EOFError, OSError) as error:
            raise ValueError(f"{path} is no NumPy file of face parts, [N, {PARTS}, H, W]: {error}") from error
        found, kind = self._maps.shape, self._maps.dtype
        if len(found) != 4 or found[1:] != (PARTS, size[1], size[0]) or kind.kind != "f":
            wanted = f"floating-point numbers [N, {PARTS}, {size[1]}, {size[0]}], one map per frame as it is translated"
            raise ValueError(f"{path} must hold {wanted}; got {kind} {list(found)}")
        if found[0] < frames:
            raise ValueError(f"{path} holds {found[0]} maps, but {frames} frames are to be translated")

    def __getitem__(self, number: int) -> Tensor:
        return torch.from_numpy(np.array(self._maps[number : number + 1], np.float32))
