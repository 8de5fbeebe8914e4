"""A convolution with few outputs, such as the last one of an image generator, in a shape that suits the machine."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NARROW = 8  # with fewer outputs than this most of a vector register, or of a GPU's tile, stays empty


class NarrowConv(nn.Module):
    """Reflection padding and a k x k convolution with O < NARROW outputs: x [N, C, H, W] -> [N, O, H, W].

    Computed as a 1 x k convolution with k * O outputs, one group of O for each row of the kernel, whose k groups are
    then shifted vertically and added: as many multiplications, and k times as many outputs share each load of x.
    """

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        by_row = conv.weight.detach().permute(2, 0, 1, 3)  # [k, O, C, k]
        self.weight = nn.Parameter(by_row.flatten(0, 1).unsqueeze(2))  # [k * O, C, 1, k]
        self.bias, self.pad = conv.bias, conv.kernel_size[0] // 2

    def forward(self, x: Tensor) -> Tensor:
        pad, height = self.pad, x.shape[2]
        groups = F.pad(self._groups(x), (0, 0, pad, pad), mode="reflect").chunk(2 * pad + 1, dim=1)
        y = sum(group[:, :, row : row + height] for row, group in enumerate(groups))
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)

    def _groups(self, x: Tensor) -> Tensor:
        """x [N, C, H, W] -> [N, k * O, H, W], the outputs of each row of the kernel."""
        pad = self.pad
        if x.shape[3] <= 2 * pad:
            return F.conv2d(F.pad(x, (pad, pad, 0, 0), mode="reflect"), self.weight)
        # Only strips at the borders are padded: a padded copy of x would take almost as long as the convolution.
        left = F.pad(x[..., : 2 * pad], (pad, 0, 0, 0), mode="reflect")
        right = F.pad(x[..., -2 * pad :], (0, pad, 0, 0), mode="reflect")
        return torch.cat([F.conv2d(part, self.weight) for part in (left, x, right)], dim=3)


def is_narrow(conv: nn.Module, padding: tuple[int, int, int, int]) -> bool:
    """Whether `NarrowConv` can stand for reflection padding by `padding` and this layer."""
    if type(conv) is not nn.Conv2d or conv.out_channels >= NARROW:
        return False
    pad = padding[0]
    plain = conv.groups == 1 and conv.stride == conv.dilation == (1, 1) and conv.padding in ((0, 0), "valid")
    return plain and pad > 0 and padding == (pad,) * 4 and conv.kernel_size == (2 * pad + 1,) * 2
