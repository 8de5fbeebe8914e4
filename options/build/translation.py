"""From options to a trained Shortcut block, and what it and its teacher cost."""

import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn

from models.evaluation import cost
from models.ops.backends import choose
from models.shortcut import AnyBlock
from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import Stages, eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from options.record import Options
from util import checkpoint

BLOCK_FLAGS = (
    *("block", "feat_ch", "h_dim", "num_dg", "g_layers", "l_layers"),
    *("offset_g_size", "offset_l_size", "adabd_dilation"),
)


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
    reuse_parsing: bool = False,
) -> dict:
    """MACs per stage and frame kind, savings and parameters, of frames like x, [1, 3, H, W] or what the head takes.

    MACs are those of the inference forms, which is what runs; parameters those that were trained. "extra" is what
    interpolation and block matching add to a skipped frame, in operations of their own kind; it is in no other entry.

    Args:
        interval: frames from one reference frame to the next, on average.
        backend: of the deformable convolutions. One that runs as "triton" or "native" is counted on "cpu", which
            multiplies the same columns by the same weights, but in operators that can be counted.
        reuse_parsing: as `Translator`.
    """
    backend = choose(backend, x.device)
    fast, small = teacher.for_inference(), optimize(block, "cpu" if backend in ("triton", "native") else backend)
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
    whole, skipped = frame_kinds(eager(fast, small), x, refresh_output, reuse_parsing)
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
    stages: Stages, x: Tensor, refresh_output: str = "teacher", reuse_parsing: bool = False
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Two calls that translate x, [1, 3, H, W] or what the head takes, as a reference frame and as a skipped frame."""
    intervals = (1, sys.maxsize)
    references, skips = (Translator(stages, Every(n), refresh_output, reuse_parsing=reuse_parsing) for n in intervals)
    references.step(x)  # the first frame of a video is exact whatever `refresh_output`
    skips.step(x)  # from now on only skipped frames
    return lambda: references.step(x), lambda: skips.step(x)
