"""Instance norm and ReLU that can write where their input lies."""

import torch
from torch import Tensor, nn

BAND = 8192  # pixels; a band of 64 channels fits in a core's cache


class NormRelu(nn.Module):
    """Instance norm, then ReLU if `relu`: x [N, C, H, W] -> the same; statistics in fp32 whatever the type of x."""

    def __init__(self, norm: nn.InstanceNorm2d, relu: bool):
        super().__init__()
        self.norm, self.relu = norm, relu

    def forward(self, x: Tensor) -> Tensor:
        return self.into(torch.empty_like(x), x)

    def into(self, out: Tensor, x: Tensor) -> Tensor:
        """Writes the result to `out`, which may be x, and returns it.

        A new tensor of this size can cost more than the norm itself: on Linux every page of it is a page fault.
        """
        unused = x.new_empty(2, x.shape[1], dtype=torch.float32)
        weight, bias = _float32(self.norm.weight, 1, x), _float32(self.norm.bias, 0, x)
        for one, normed in zip(x.split(1), out.split(1), strict=True):  # of one sample, batch norm is instance norm
            mean, var = (None, None) if x.is_cuda else moments(one)  # None: CUDA's operator computes its own
            given = (one, weight, bias, mean, var, mean is None, 0.0, self.norm.eps)
            torch.native_batch_norm(*given, out=(normed, *unused))
        return out.relu_() if self.relu else out


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """x [1, C, H, W] on a CPU -> mean and biased variance of each channel, [C] both, fp32.

    torch adds up a channels-last image in one fp32 sum per channel and thread, whose rounding error grows with the
    image. Here every band of rows has its own sum.
    """
    bands = x.split(max(1, BAND // x.shape[3]), dim=2)
    means, variances = (torch.stack(each) for each in zip(*map(_band_moments, bands), strict=True))
    share = means.new_tensor([[band.shape[2] / x.shape[2]] for band in bands])
    mean = (share * means).sum(0)
    return mean, (share * (variances + (means - mean).square())).sum(0)


def _band_moments(band: Tensor) -> tuple[Tensor, Tensor]:
    running = band.new_zeros(2, band.shape[1], dtype=torch.float32)  # makes the operator return fp32
    return torch.batch_norm_update_stats(band, *running, momentum=0.0)


def _float32(parameter: Tensor | None, otherwise: float, x: Tensor) -> Tensor:
    return x.new_full(x.shape[1:2], otherwise, dtype=torch.float32) if parameter is None else parameter.float()
