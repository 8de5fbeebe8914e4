"""A wider generator that computes what a narrower one does: training goes on from there instead of from nothing."""

import torch
from torch import Tensor, nn

from models.teachers.recycle_gan.generator import ResnetGenerator


@torch.no_grad()
def widened(generator: ResnetGenerator, ngf: int) -> ResnetGenerator:
    """A generator `ngf` wide with the same outputs: each channel occurs several times, in shares that add up to one.

    The shares are random, so that the copies of a channel get different gradients and grow apart in training.

    Raises:
        ValueError: `ngf` is not a multiple of the generator's own.

    Source: Chen et al., Net2Net (ICLR 2016); shares of a channel that differ take the place of its noise.
    """
    times, rest = divmod(ngf, generator.ngf)
    if rest or not times:
        raise ValueError(f"a generator {generator.ngf} wide can grow to a multiple of that, got {ngf}")
    wide = ResnetGenerator(ngf, generator.n_blocks)
    for old, new in zip(_convolutions(generator), _convolutions(wide), strict=True):
        inputs, outputs = (1, 0) if isinstance(old, nn.Conv2d) else (0, 1)
        weight = _copied(old.weight, outputs, new.weight.shape[outputs])
        new.weight.copy_(_shared_out(weight, inputs, new.weight.shape[inputs]))
        new.bias.copy_(_copied(old.bias, 0, len(new.bias)))
    return wide


def _convolutions(generator: ResnetGenerator) -> list[nn.Module]:
    return [layer for layer in generator.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]


def _copied(x: Tensor, dim: int, size: int) -> Tensor:
    """x repeated along `dim` until it has `size` there."""
    return torch.cat([x] * (size // x.shape[dim]), dim)


def _shared_out(weight: Tensor, dim: int, size: int) -> Tensor:
    """Copies of `weight` along `dim`, `size` in all, with random shares of each entry that add up to it."""
    shares = 0.5 + torch.rand(size // weight.shape[dim], *weight.shape)
    return torch.cat(list(weight * shares / shares.sum(0)), dim)
