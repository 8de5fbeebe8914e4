"""Widen a trained generator without changing its outputs, so that training can start from it."""

import torch
from torch import Tensor, nn

from models.teachers.recycle_gan import ResnetGenerator


@torch.no_grad()
def widened(generator: ResnetGenerator, ngf: int) -> ResnetGenerator:
    """A generator of width `ngf` with the same outputs: each channel has copies that share its outgoing weights.

    The shares of the copies are random and add up to 1. So copies of a channel get different gradients in training and
    become different.

    Raises:
        ValueError: `ngf` is not a multiple of the generator's own width.

    Source: Chen et al., Net2Net (ICLR 2016). There, added noise makes the copies differ.
    """
    copies, rest = divmod(ngf, generator.ngf)
    if rest or not copies:
        raise ValueError(f"a generator {generator.ngf} wide can grow to a multiple of that, got {ngf}")
    wide = ResnetGenerator(ngf, generator.n_blocks)
    for old, new in zip(_convolutions(generator), _convolutions(wide), strict=True):
        in_dim, out_dim = (1, 0) if isinstance(old, nn.Conv2d) else (0, 1)
        weight = _repeat(old.weight, out_dim, new.weight.shape[out_dim])
        new.weight.copy_(_share_out(weight, in_dim, new.weight.shape[in_dim]))
        new.bias.copy_(_repeat(old.bias, 0, len(new.bias)))
    return wide


def _convolutions(generator: ResnetGenerator) -> list[nn.Module]:
    return [layer for layer in generator.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]


def _repeat(x: Tensor, dim: int, size: int) -> Tensor:
    """x repeated along `dim`, to `size` entries there."""
    return torch.cat([x] * (size // x.shape[dim]), dim)


def _share_out(weight: Tensor, dim: int, size: int) -> Tensor:
    """Copies of `weight` along `dim`, to `size` entries there. The copies of an entry are random and add up to it."""
    shares = 0.5 + torch.rand(size // weight.shape[dim], *weight.shape)
    return torch.cat(list(weight * shares / shares.sum(0)), dim)
