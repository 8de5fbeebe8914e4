"""The rows of the ablation table: what is trained, and how it is shown."""

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from models.shortcut import FullSizeBlock, Shortcut, ShortcutBlock
from models.shortcut.init import initialise, start_from_reuse
from models.teachers.base import Teacher
from models.training.init import init_xavier
from scripts.ablation import variants

MASK_INITIAL, GAIN = -1.0, 1.0  # as in the training scripts' short runs
LAYERS = {"g_layers": 5, "l_layers": 4}
SOFTNESS = 0.1  # of the Charbonnier distance, in parts of the mean of |f|


def charbonnier(moved: Tensor, f: Tensor) -> Tensor:
    """The mean of |difference|, round at 0: like L1 where far off, like L2 where near."""
    return ((moved - f).square() + (SOFTNESS * f.abs().mean()).square()).sqrt().mean()


def squared(moved: Tensor, f: Tensor) -> Tensor:
    """The mean squared difference, in parts of the mean of |f|, so that it weighs about as much as L1."""
    return F.mse_loss(moved, f) / f.abs().mean()


@dataclass(frozen=True)
class Recipe:
    """What is trained.

    Args:
        form: the block's class.
        cut: the teacher's layers that are skipped, as slice bounds.
        h_dim: channels inside the block.
        align: distance of the reference's features, moved, from those of the current frame.
    """

    form: type[Shortcut] = FullSizeBlock
    cut: tuple[int, int] = (5, 17)
    h_dim: int = 16
    align: Callable[[Tensor, Tensor], Tensor] = F.l1_loss

    def new_block(self, teacher: Teacher) -> Shortcut:
        """A fresh one for `teacher`, in the best way to start that it allows."""
        shape = {"feat_ch": teacher.a_channels, "f_ch": teacher.f_channels, "h_dim": self.h_dim, **LAYERS}
        block = initialise(self.form(**shape), MASK_INITIAL, GAIN)
        if isinstance(block, variants.WithoutGate):
            init_xavier(block.reconstruct, GAIN)  # from 0 it would start with black features
        elif isinstance(block, ShortcutBlock) and self.h_dim >= teacher.f_channels:
            start_from_reuse(block, MASK_INITIAL)
        return block


@dataclass(frozen=True)
class Row:
    """A line of the table: `recipe`, tested with the threshold `hold` (0: without)."""

    name: str
    label: str
    recipe: Recipe
    hold: float = 0.0


WHOLE = Row("whole", "+ pixel path: the full-size block", Recipe())

GROUPS = {
    "ladder": (
        Row("published", "published block", Recipe(ShortcutBlock)),
        Row("full_size", "+ full size", Recipe(variants.WithoutMatching)),
        Row("matching", "+ matching", Recipe(variants.WithoutGate)),
        Row("gate", "+ gate", Recipe(variants.WithoutPixels)),
        WHOLE,
    ),
    "cut": (
        Row("published_4_22", "published block", Recipe(ShortcutBlock, (4, 22))),
        Row("whole_4_22", "full-size block", Recipe(cut=(4, 22))),
    ),
    "loss": (
        Row("charbonnier", "Charbonnier on the moved map", Recipe(align=charbonnier)),
        Row("squared", "L2 on the moved map", Recipe(align=squared)),
    ),
    "motion": (
        Row("reduced_matching", "matching on h_dim channels", Recipe(variants.ReducedMatching)),
        Row("input_flow", "DIS flow of the input instead of matching", Recipe(variants.InputFlow)),
        Row("occlusion", "occlusion shown to the generator", Recipe(variants.SeenOcclusion)),
    ),
    "groups": (Row("groups", "gate and blend per group of channels", Recipe(variants.GatedGroups)),),
    "h_dim": (Row("h_dim_8", "h_dim 8", Recipe(h_dim=8)), Row("h_dim_32", "h_dim 32", Recipe(h_dim=32))),
    "hold": (Row("hold", "held where nothing moves, threshold 0.2", Recipe(), hold=0.2),),
}
