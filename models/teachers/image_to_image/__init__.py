"""Published image-to-image generators, recognised by the keys of their weights."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.teachers import any_generator
from models.teachers.any_generator.parts import CutGenerator
from models.teachers.base import TeacherFamily
from models.teachers.image_to_image import resnet, style_transfer, unet
from util import checkpoint

Published = resnet.ResnetGenerator | unet.UnetGenerator | style_transfer.StyleTransfer
KNOWN = "a ResNet of CycleGAN, pix2pix or pix2pixHD, a U-Net of pix2pix, or the TransformerNet of PyTorch's examples"
OTHERS = {  # a key that only files of this network have: what it is
    "g_ema": "a VToonify (--teacher vtoonify)",
    "adabd.weight": "a Shortcut block",
    "block": "a Shortcut block of this project",
    "model1_1.1.weight": "pix2pixHD's local enhancer; its global generator, model.1.weight and so on, is known",
    "model.0.weight": "a discriminator of pix2pix or CycleGAN",
    "scale0_layer0.0.weight": "a discriminator of pix2pixHD",
}
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def from_published(weights: Mapping[str, Tensor]) -> Published:
    """The generator of a published state dict. Kind, widths, depth, normalisation and dropout are read off its keys.

    Accepted are a `module.` prefix, running statistics that old instance norm saved, and batch norm without a count.

    Raises:
        ValueError: the weights are of another network, which the message names where it knows it; or the network takes
            pictures of other than 3 channels.
    """
    clean = {key.removeprefix("module."): value for key, value in weights.items()}
    kinds = [kind for kind in (style_transfer, unet, resnet) if kind.matches(clean)]
    if not kinds:
        raise ValueError(f"the weights are of {name_of(clean) or 'an unknown network'}; known are {KNOWN}")
    kind, channels = kinds[0], clean[kinds[0].FIRST].shape[1]
    if channels != 3:
        raise ValueError(f"the generator takes pictures of {channels} channels, such as label maps; a frame has 3")
    norm = nn.BatchNorm2d if kind is not style_transfer and _has_batch_norm(clean) else nn.InstanceNorm2d
    clean = _with_counts(clean) if norm is nn.BatchNorm2d else _without_statistics(clean)
    what = f"a {kind.NAME} with {'batch' if norm is nn.BatchNorm2d else 'instance'} norm"
    return checkpoint.load_weights(kind.network(clean, norm), kind.renamed(clean), what)


def name_of(weights: Mapping[str, object]) -> str | None:
    """What network a file of weights is of, where that is known."""
    return next((name for key, name in OTHERS.items() if key in weights), None)


def build(
    weights: Mapping[str, Tensor],
    skip_idx_start: int = any_generator.START,
    skip_idx_end: int | None = None,
    cut: str | None = None,
) -> CutGenerator:
    """The teacher of a published file; its generator knows where it is cut if the flags do not say.

    Raises:
        ValueError: see `from_published` and `any_generator.teacher_of`.
    """
    generator = from_published(weights)
    return any_generator.teacher_of(generator, skip_idx_start, skip_idx_end, cut, generator.default_cut)


def _has_batch_norm(weights: Mapping[str, Tensor]) -> bool:
    """Whether a normalisation has statistics and weights of its own: old instance norm had statistics alone."""
    means = [key for key in weights if key.endswith(".running_mean")]
    return any(key.replace("running_mean", "weight") in weights for key in means)


def _with_counts(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    means = [key for key in weights if key.endswith(".running_mean")]
    counts = {key.replace("running_mean", "num_batches_tracked"): torch.zeros((), dtype=torch.long) for key in means}
    return {**counts, **weights}


def _without_statistics(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in weights.items() if not key.endswith(STATISTICS)}


FAMILY = TeacherFamily(build=build, flags=any_generator.FLAGS, problems=any_generator.problems)
