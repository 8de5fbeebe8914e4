"""From options to a trained Shortcut block."""

import torch

from models.shortcut import AnyBlock
from models.shortcut.saved import from_checkpoint
from models.teachers.base import Teacher
from options.record import Options
from util import checkpoint

BLOCK_FLAGS = (
    *("block", "feat_ch", "h_dim", "num_dg", "g_layers", "l_layers"),
    *("offset_g_size", "offset_l_size", "adabd_dilation"),
)


def load_block(opt: Options, teacher: Teacher, teacher_id: str, device: torch.device) -> tuple[AnyBlock, str]:
    """Load the trained block of the run and return it with its fingerprint.

    Raises:
        ValueError: the block does not fit the flags given, or belongs to another teacher than `teacher`, whose
            fingerprint is `teacher_id`.
    """
    path = opt.run_dir / f"{opt.which_epoch}_net_ShortcutV2V.pth"
    asked = {name: getattr(opt, name) for name in BLOCK_FLAGS if getattr(opt, name) is not None}
    block = from_checkpoint(checkpoint.load(path), teacher_id, teacher.split, asked)
    feat_ch, f_ch = block.config["feat_ch"], block.config["f_ch"]
    if (feat_ch, f_ch) != (teacher.a_channels, teacher.f_channels):
        raise ValueError(
            f"{path} makes {f_ch} feature channels of {feat_ch}, but {opt.main_G_path} has {teacher.a_channels} before "
            f"and {teacher.f_channels} after the skipped layers: it belongs to another teacher"
        )
    return block.to(device).eval(), checkpoint.fingerprint(block.state_dict())
