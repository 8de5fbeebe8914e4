"""From options to a frozen teacher and a trained Shortcut block, and what they cost."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from models.evaluation import cost
from models.ops.backends import choose
from models.shortcut import AnyBlock
from models.shortcut.saved import from_checkpoint
from models.streaming.refresh import Every
from models.streaming.stages import Stages, eager
from models.streaming.translator import Translator
from models.teachers import TEACHERS
from models.teachers.base import Teacher
from models.teachers.vtoonify import face_parsing
from options.build.style import new_style
from options.record import Options
from util import checkpoint

BLOCK_FLAGS = (
    *("block", "feat_ch", "h_dim", "num_dg", "g_layers", "l_layers"),
    *("offset_g_size", "offset_l_size", "adabd_dilation"),
)


def load_teacher(opt: Options, device: torch.device, seen: Tensor | None = None) -> tuple[Teacher, str]:
    """The frozen, cut teacher of --main_G_path and the fingerprint of its weights.

    Args:
        seen: the style of a face, for a VToonify that takes its own from it (`options.build.style`).
    """
    weights = checkpoint.load(Path(opt.main_G_path))
    teacher = TEACHERS[opt.teacher](weights, **FAMILY_ARGUMENTS[opt.teacher](opt, weights, seen))
    return teacher.to(device), checkpoint.fingerprint(teacher.uncut_weights())


def _recycle_gan(opt: Options, weights: Mapping[str, object], seen: None) -> dict[str, object]:
    return {"start": opt.skip_idx_start, "end": opt.skip_idx_end}


def _vtoonify(opt: Options, weights: Mapping[str, object], seen: Tensor | None) -> dict[str, object]:
    parser = face_parsing.from_published(checkpoint.load(Path(opt.faceparsing_path))) if opt.faceparsing_path else None
    style = new_style(opt, weights, seen)
    return {"style": style, "degree": opt.style_degree, "split": opt.vtoonify_split, "parser": parser}


FAMILY_ARGUMENTS = {"recycle_gan": _recycle_gan, "vtoonify": _vtoonify}


def load_block(opt: Options, teacher: Teacher, identity: str, device: torch.device) -> tuple[AnyBlock, str]:
    """The trained block of the run, checked against the teacher and the flags given, and its fingerprint."""
    path = opt.run_dir / f"{opt.which_epoch}_net_ShortcutV2V.pth"
    asked = {name: getattr(opt, name) for name in BLOCK_FLAGS if getattr(opt, name) is not None}
    block = from_checkpoint(checkpoint.load(path), identity, teacher.split, asked)
    feat_ch, f_ch = block.config["feat_ch"], block.config["f_ch"]
    if (feat_ch, f_ch) != (teacher.a_channels, teacher.f_channels):
        raise ValueError(
            f"{path} makes {f_ch} feature channels of {feat_ch}, but {opt.main_G_path} has {teacher.a_channels} before "
            f"and {teacher.f_channels} after the skipped layers: it belongs to another teacher"
        )
    return block.to(device).eval(), checkpoint.fingerprint(block.state_dict())


def measure_cost(
    teacher: Teacher,
    block: AnyBlock,
    x: Tensor,
    interval: float,
    refresh_output: str = "teacher",
    backend: str = "auto",
    reuse_found: bool = False,
) -> dict:
    """MACs per stage and frame kind, savings and parameters, of frames like x, [1, 3, H, W] or what the head takes.

    MACs are those of the inference forms, which is what runs; parameters those that were trained. "extra" is what
    interpolation and block matching add to a skipped frame, in operations of their own kind; it is in no other entry.

    Args:
        interval: frames from one reference frame to the next, on average.
        backend: of the deformable convolutions. One that runs as "triton" or "native" is counted on "cpu", which
            multiplies the same columns by the same weights, but in operators that can be counted.
        reuse_found: as `Translator`.
    """
    backend = choose(backend, x.device)
    fast, small = teacher.for_inference(), block.for_inference("cpu" if backend in ("triton", "native") else backend)
    with torch.no_grad():
        a = fast.head(x)
        f = fast.body(a)
        y = fast.tail(f, a)
        reference = small.prepare(a, f, y)
    macs = {
        "teacher": cost.count_macs(fast, x),
        "head": cost.count_macs(fast.head, x),
        "body": cost.count_macs(fast.body, a),
        "tail": cost.count_macs(fast.tail, f, a),
        "block": cost.count_macs(small, reference, a),
        "prepare": cost.count_macs(small.prepare, a, f, y),
    }
    whole, skipped = frame_kinds(eager(fast, small), x, refresh_output, reuse_found)
    macs |= {"reference": cost.count_macs(whole), "skipped": cost.count_macs(skipped)}
    macs["extra"] = cost.count_extra(skipped)
    return {
        "macs": macs,
        "saving": cost.saving(macs["teacher"], macs["skipped"], macs["reference"], interval),
        "params": {
            "teacher": count_weights(teacher),
            "skipped": count_weights(teacher.head, block, teacher.tail),
        },
    }


def count_weights(*networks: nn.Module) -> int:
    """Numbers that the networks hold: parameters, and the buffers that a style was folded into; shared ones once."""
    tensors = [t for network in networks for t in network.state_dict(keep_vars=True).values()]
    return sum({id(t): t.numel() for t in tensors}.values())


def frame_kinds(
    stages: Stages, x: Tensor, refresh_output: str = "teacher", reuse_found: bool = False
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Two calls that translate x, [1, 3, H, W] or what the head takes, as a reference frame and as a skipped frame."""
    intervals = (1, sys.maxsize)
    references, skips = (Translator(stages, Every(n), refresh_output, reuse_found=reuse_found) for n in intervals)
    references.step(x)  # the first frame of a video is exact whatever `refresh_output`
    skips.step(x)  # from now on only skipped frames
    return lambda: references.step(x), lambda: skips.step(x)
