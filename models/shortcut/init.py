"""Initial weights of a Shortcut block."""

import math

from torch import nn

from models.init import init_xavier
from models.shortcut.block import ShortcutBlock


def initialise(block: ShortcutBlock, mask_initial: float = 0.0, gain: float = 0.02) -> ShortcutBlock:
    """The same block, with new weights: nothing moves and both frames blend in one proportion everywhere.

    Convolutions get Xavier normal weights and keep the biases torch gave them; the two deformable
    kernels get uniform weights in +-1/sqrt(fan in), the generators' last layers zeros.

    Args:
        mask_initial: logit of the blending mask; 0 blends half and half, a negative value favours the reference.
        gain: of Xavier's rule. With the published 0.02 the first predictions are about a thousandth of the features
            they should match, and thousands of steps pass before they have grown; 1 starts at their scale.
    """
    init_xavier(block, gain)
    for weight in (block.alignment.weight, block.adabd.weight):
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
    for last in (block.alignment.to_offset, block.generator.to_offset_mask):
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    n_masks = 9 * block.config["num_dg"]
    nn.init.constant_(block.generator.to_offset_mask.bias[-n_masks:], mask_initial)
    return block
