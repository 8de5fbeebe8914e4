"""Initial weights of a Shortcut block."""

import math

import torch
from torch import nn

from models.shortcut import Shortcut
from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.hetconv import bias_of
from models.training.init import init_xavier

GATE = 4.0  # logit of a full-size block's gate: 0.98 of the warped features pass


def initialise(block: Shortcut, mask_initial: float = 0.0, gain: float = 0.02) -> Shortcut:
    """The same block with new weights: all offsets are 0 and both frames blend in one proportion everywhere.

    Convolutions get Xavier normal weights and keep the biases that torch gave them. The deformable kernels get uniform
    weights in +-1/sqrt(fan in), the generators' last layers zeros. In a full-size block the last layer starts at 0 too,
    so it first predicts the reference, warped as block matching says.

    Args:
        mask_initial: logit of the blending mask; 0 blends half and half, a negative value favours the reference.
        gain: of Xavier's rule. With the published 0.02 the first predictions are about a thousandth of the features
            they should match, and it takes thousands of steps until they have grown; 1 starts at their scale.
    """
    init_xavier(block, gain)
    start_at_zero = [block.generator.to_offset_mask]
    if isinstance(block, FullSizeBlock):
        deformable = [block.adabd.weight]
        start_at_zero += [block.global_offset.to_offset, block.to_gate, block.to_blend, block.reconstruct]
    else:
        assert isinstance(block, ShortcutBlock)  # there are two forms
        deformable = [block.alignment.weight, block.adabd.weight]
        start_at_zero += [block.alignment.to_offset]
    for weight in deformable:
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
    for layer in start_at_zero:
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(bias_of(layer))
    if isinstance(block, FullSizeBlock):
        nn.init.constant_(bias_of(block.to_gate), GATE)
    n_masks = 9 * block.config["num_dg"]
    nn.init.constant_(bias_of(block.generator.to_offset_mask)[-n_masks:], mask_initial)
    return block


@torch.no_grad()
def start_from_reuse(block: ShortcutBlock, mask_initial: float = 0.0) -> ShortcutBlock:
    """The same block, changed so that its first prediction is the reference at half resolution.

    Every layer through which the reference passes becomes an identity. So warping it lowers the loss from the first
    step on, and the block learns offsets within hundreds of steps instead of thousands. The block's ReLU removes
    negative features; with at least twice as many hidden channels as features they pass, too, with their sign turned.
    An image among the features is warped with any weights; its correction starts at 0.

    Raises:
        ValueError: the block has fewer hidden channels than features, so that no identity passes through it.
    """
    h_dim, passed = block.config["h_dim"], block.config["f_ch"] - block.config["image_ch"]
    if h_dim < passed:
        raise ValueError(f"starting from reuse needs h_dim of at least f_ch {passed}, got {h_dim}")
    warped_share = 1 - 1 / (1 + math.exp(-mask_initial))
    for weight, scale in ((block.alignment.weight, 1.0), (block.adabd.weight, 1 / warped_share)):
        weight.mul_(0.1)  # what is left of the random weights tells the channels apart
        weight[:, :, 1, 1] += scale * torch.eye(h_dim, device=weight.device)
    identity = torch.eye(passed, block.config["f_ch"], device=block.reduce_f.weight.device)
    through = torch.cat([identity, -identity]) if h_dim >= 2 * passed else identity  # [hidden, f_ch]
    block.reduce_f.weight[: len(through), :, 0, 0] = through  # further hidden channels stay as they were initialised
    bias_of(block.reduce_f)[: len(through)] = 0
    block.reconstruct.weight.zero_()
    block.reconstruct.weight[:, : len(through), 0, 0] = through.T
    bias_of(block.reconstruct).zero_()
    return block
