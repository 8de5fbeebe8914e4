"""Initial weights of a Shortcut block."""

import math

from torch import nn

from models.shortcut.block import ShortcutBlock


def initialise(block: ShortcutBlock, mask_initial: float = 0.0) -> ShortcutBlock:
    """The same block, with new weights: nothing moves and both frames blend in one proportion everywhere.

    Convolutions get Xavier normal weights with gain 0.02 and keep the biases torch gave them, the two deformable kernels
    uniform weights in +-1/sqrt(fan in), the generators' last layers zero.

    Args:
        mask_initial: logit of the blending mask; 0 blends half and half, negative values favour the reference.
    """
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.xavier_normal_(module.weight, gain=0.02)
    for weight in (block.alignment.weight, block.adabd.weight):
        bound = 1 / math.sqrt(weight[0].numel())
        nn.init.uniform_(weight, -bound, bound)
    for last in (block.alignment.to_offset, block.generator.to_offset_mask):
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    n_masks = 9 * block.config["num_dg"]
    nn.init.constant_(block.generator.to_offset_mask.bias[-n_masks:], mask_initial)
    return block
