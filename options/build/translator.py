"""From options to a trained Shortcut block and its translators: number type, graphs, and the policy of refresh."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.evaluation.pipeline_cost import body_cuts
from models.ops import choose
from models.shortcut import Shortcut
from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.inference import optimize
from models.streaming.cuda_graphs import graphed
from models.streaming.refresh import Adaptive, Every, Refresh, load_fitted
from models.streaming.stages import Stages, eager
from models.streaming.translator import Translator
from models.streaming.translators import Translators
from models.teachers.base import Teacher
from options.base_options import BLOCK_SHAPE, DEFAULT_INTERVAL, LONGEST_INTERVAL
from options.flags.metrics import REFRESHES, methods_of
from options.flags.teachers import family_of
from options.record import Options
from util import checkpoint
from util.report.record import SHORTCUT

RGB = 3  # channels of a frame


def load_block(opt: Options, teacher: Teacher, teacher_id: str, device: torch.device) -> tuple[Shortcut, str]:
    """Load the trained block of the run and return it with its fingerprint.

    Raises:
        ValueError: the block does not fit the flags given, or belongs to another teacher than `teacher`, whose
            fingerprint is `teacher_id`.
    """
    path = opt.run_dir / f"{opt.which_epoch}_net_ShortcutV2V.pth"
    flags = vars(opt)  # translate.py has none for the block: its checkpoint knows
    asked = {name: flags[name] for name in ("block", *BLOCK_SHAPE) if flags.get(name) is not None}
    block = from_checkpoint(checkpoint.load(path), teacher_id, teacher.split, asked)
    feat_ch, f_ch = block.config["feat_ch"], block.config["f_ch"]
    if (feat_ch, f_ch) != (teacher.a_channels, teacher.f_channels):
        raise ValueError(
            f"{path} makes {f_ch} feature channels of {feat_ch}, but {opt.main_G_path or opt.teacher} has "
            f"{teacher.a_channels} before and {teacher.f_channels} after the skipped layers: "
            "it belongs to another teacher"
        )
    return block.to(device).eval(), checkpoint.fingerprint(block.state_dict())


def new_stages(
    opt: Options, teacher: Teacher, block: Shortcut, x: Tensor, dtype: torch.dtype = torch.float32
) -> Stages:
    """Return the stages of teacher and block for frames like x [1, 3, H, W], as the options want them, in `dtype`."""
    fast, small = teacher.for_inference(), optimize(block, opt.deform_backend, opt.hold)
    interval = opt.max_interval or DEFAULT_INTERVAL
    cuts = body_cuts(fast, small, x, interval) if opt.refresh_mode == "spread" else ()
    stages = eager(fast, small, dtype, cuts)
    return graphed(stages, x) if opt.cuda_graphs and x.is_cuda else stages


def new_translators(
    opt: Options,
    teacher: Teacher,
    block: Shortcut,
    block_id: str,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> Translators:
    """Return the translators that the options ask for, which compute in `dtype`.

    "shortcut" refreshes as --refresh says. "shortcut_fixed" or "shortcut_adaptive", which refreshes in the other way,
    exists if --methods names both.
    """
    kinds = [kind for kind in methods_of(opt) if kind in REFRESHES]
    named = {SHORTCUT if kind == opt.refresh else f"{SHORTCUT}_{kind}": kind for kind in kinds}
    return Translators(
        lambda x: new_stages(opt, teacher, block, x, dtype),
        {name: new_refresh(opt, kind, block_id) for name, kind in named.items()},
        device,
        input_channels(opt),
        opt.refresh_output,
        spread=opt.refresh_mode == "spread",
        reuse_parsing=opt.parsing == "reference",
    )


def input_channels(opt: Options) -> int:
    """Return how many channels the networks take: those of a frame, or of a frame with its face parts."""
    face_part_input = family_of(opt).face_part_input
    return RGB + (face_part_input.channels if opt.parsing_map_path and face_part_input else 0)


def new_refresh(opt: Options, kind: str, block_id: str) -> Refresh:
    """Return the policy of refresh of this kind, one of REFRESHES.

    --max_interval applies to the Shortcut of --refresh. The other one, which --methods may name beside it, has the
    interval that it would have without the flag.
    """
    own = opt.max_interval if kind == opt.refresh else None
    return Every(own or DEFAULT_INTERVAL) if kind == "fixed" else new_adaptive(opt, own, block_id)


def new_adaptive(opt: Options, max_interval: int | None, block_id: str) -> Adaptive:
    """Return the adaptive policy, with the threshold of --refresh_threshold or the one that was fitted for the block.

    Args:
        max_interval: None: LONGEST_INTERVAL, or as fitted.

    Raises:
        FileNotFoundError, ValueError: see `load_fitted`.
    """
    if opt.refresh_threshold is not None:
        return Adaptive(opt.refresh_threshold, max_interval or LONGEST_INTERVAL)
    fitted = load_fitted(opt.run_dir / f"{opt.which_epoch}_refresh.json", block_id)
    return Adaptive(fitted.threshold, max_interval or fitted.max_interval)


def describe_runtime(
    opt: Options, translator: Translator, device: torch.device, psnr_db: Mapping[str, Mapping[str, float]]
) -> dict[str, object]:
    """Return how the networks are run, for the record of a run; `psnr_db` is what --amp auto measured."""
    return {
        "engine": translator.stages.engine,
        "dtype": str(translator.stages.dtype).removeprefix("torch."),
        **({"dtype_psnr_db": psnr_db} if psnr_db else {}),
        "deform_backend": choose(opt.deform_backend, device),
        "refresh": opt.refresh,
        "refresh_threshold": getattr(translator.refresh, "threshold", None),
        "max_interval": translator.refresh.max_interval,
        "refresh_mode": opt.refresh_mode,
    }
