"""Feature maps as one table of pixels, to be read by row numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class PixelTable(NamedTuple):
    """Maps of one shape, channels-last and each in a rim of zeros, so that no read across a border is special."""

    rows: Tensor  # [images * height * width * groups, C / groups]
    size: tuple[int, int]  # H, W of a map
    rim: int  # rows and columns of zeros above and left of each map; at least one more lies below and right
    shape: tuple[int, int]  # height, width of a map in its rim
    groups: int  # each pixel has a row for every group of channels

    @classmethod
    def of(cls, maps: Sequence[Tensor], groups: int, rim: int) -> "PixelTable":
        """Copies of `maps`, each [N, C, H, W]: first the N images of the first one."""
        n, c, h, w = maps[0].shape
        shape = h + 2 * rim + 1, w + 2 * rim + 1
        rows = maps[0].new_zeros(len(maps), n, *shape, c)
        for i, x in enumerate(maps):
            rows[i, :, rim : rim + h, rim : rim + w] = x.permute(0, 2, 3, 1)
        return cls(rows.view(-1, c // groups), (h, w), rim, shape, groups)

    def row(self, y: Tensor, x: Tensor, images: range) -> Tensor:
        """Number of the row that holds pixel (y, x) of each image.

        Args:
            y, x: int32 [len(images) or 1, ..., groups or 1], from -rim to H or W + rim.

        Returns:
            int32 [len(images), ..., groups]
        """
        (height, width), last = self.shape, y.dim() - 1
        image = torch.arange(images.start, images.stop, dtype=torch.int32, device=y.device).view(-1, *[1] * last)
        group = torch.arange(self.groups, dtype=torch.int32, device=y.device)
        corner = (image * (height * width) + self.rim * width + self.rim) * self.groups + group
        return (y * width + x) * self.groups + corner

    @property
    def steps(self) -> tuple[int, int, int, int]:
        """From the row of a pixel to those of itself, its right, its lower and its lower right neighbour."""
        below = self.shape[1] * self.groups
        return 0, self.groups, below, below + self.groups
