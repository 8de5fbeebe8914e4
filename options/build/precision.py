"""What the networks compute with: what --amp names or, for "auto", the fastest numbers that show the same pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.evaluation.metrics.image import Psnr, unit_pair
from models.shortcut.inference import InferenceBlock
from models.streaming.stages import Stages, eager
from models.teachers.base import Teacher
from util import runtime

PRECISIONS = {"off": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
AUTO = "auto"
FAITHFUL_DB = 50.0  # below it a difference from float32 begins to count beside what a Shortcut changes


@dataclass(frozen=True)
class Precision:
    """A choice, and for "auto" what it rests on.

    dtype: what the networks compute with.
    psnr_db: numbers that were tried ("bfloat16") -> "teacher", "skipped" -> PSNR of that frame against float32's.
    note: the choice in one line; None where it was asked for.
    """

    dtype: torch.dtype
    psnr_db: dict[str, dict[str, float]] = field(default_factory=dict)
    note: str | None = None


def named(amp: str, device: torch.device) -> Precision:
    """The choice that `amp`, a key of PRECISIONS, is.

    Raises:
        ValueError: fp16 on a CPU.
    """
    if amp == "fp16" and device.type != "cuda":
        raise ValueError("--amp fp16 needs a CUDA device: a CPU has no fast fp16; use off, bf16 or auto")
    return Precision(PRECISIONS[amp])


@torch.no_grad()
def decided(teacher: Teacher, block: InferenceBlock, frames: Sequence[Tensor]) -> Precision:
    """The first of the processor's fast numbers in which a teacher's and a skipped frame look as in float32.

    Args:
        teacher, block: in their inference forms, in float32.
        frames: the first one or two of a video, each [1, 3, H, W] or what the head takes: the first is a reference
            frame, the last a skipped one.
    """
    exact = _shown(eager(teacher, block), frames)
    psnr_db: dict[str, dict[str, float]] = {}
    for dtype in runtime.fast_types(next(teacher.parameters()).device):
        shown = _shown(eager(teacher, block, dtype), frames)
        found = {kind: round(Psnr.measure(*unit_pair(shown[kind], exact[kind])), 2) for kind in exact}
        psnr_db[_name(dtype)] = found
        if all(db >= FAITHFUL_DB for db in found.values()):  # not so for NaN
            return Precision(dtype, psnr_db, _note(dtype, psnr_db))
    return Precision(torch.float32, psnr_db, _note(torch.float32, psnr_db))


def _shown(stages: Stages, frames: Sequence[Tensor]) -> dict[str, Tensor]:
    reference, exact = stages.translate(stages.head(frames[0]))
    return {"teacher": exact, "skipped": stages.predict(reference, stages.head(frames[-1]))}


def _note(dtype: torch.dtype, psnr_db: dict[str, dict[str, float]]) -> str:
    chosen = f"--amp auto: {_name(dtype)}"
    if not psnr_db:
        return f"{chosen}; this processor computes with nothing faster"
    tried = "; ".join(
        f"{name}: teacher {found['teacher']:.1f} dB, skipped frame {found['skipped']:.1f} dB"
        for name, found in psnr_db.items()
    )
    return f"{chosen}; {FAITHFUL_DB:g} dB against float32 wanted, on the first frame {tried}"


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
