"""The number type in which the networks compute: the one asked for, or the fastest that shows the same pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.evaluation.metrics.image import Psnr, unit_pair
from models.shortcut.base import ShortcutInference
from models.streaming.stages import Stages, eager
from models.teachers.base import Teacher
from util import runtime

PRECISIONS = {"off": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
AUTO = "auto"
FAITHFUL_DB = 50.0  # below it the difference from float32 is no longer small beside what a Shortcut changes


@dataclass(frozen=True)
class Precision:
    """A number type and, for "auto", the reasons for it.

    dtype: the networks compute in it.
    psnr_db: type that was tried ("bfloat16") -> "teacher", "skipped" -> PSNR of that frame against float32 in dB.
    note: the choice in one line; None if it was asked for.
    """

    dtype: torch.dtype
    psnr_db: dict[str, dict[str, float]] = field(default_factory=dict)
    note: str | None = None


def named_precision(amp: str, device: torch.device) -> Precision:
    """Return the choice that `amp`, a key of PRECISIONS, names.

    Raises:
        ValueError: fp16 on a CPU.
    """
    if amp == "fp16" and device.type != "cuda":
        raise ValueError("--amp fp16 needs a CUDA device: a CPU has no fast fp16; use off, bf16 or auto")
    return Precision(PRECISIONS[amp])


@torch.no_grad()
def fastest_precision(teacher: Teacher, block: ShortcutInference, frames: Sequence[Tensor]) -> Precision:
    """Return the first of the processor's fast types in which a teacher's and a skipped frame look as in float32.

    Args:
        teacher, block: in their inference forms, in float32.
        frames: the first one or two of a video, each [1, 3, H, W] or what else the head takes. The first becomes a
            reference frame, the last a skipped one.
    """
    exact = _outputs(eager(teacher, block), frames)
    psnr_db: dict[str, dict[str, float]] = {}
    for dtype in runtime.fast_types(next(teacher.parameters()).device):
        outputs = _outputs(eager(teacher, block, dtype), frames)
        found = {kind: round(Psnr.measure(*unit_pair(outputs[kind], exact[kind])), 2) for kind in exact}
        psnr_db[_name(dtype)] = found
        if all(db >= FAITHFUL_DB for db in found.values()):  # not so for NaN
            return Precision(dtype, psnr_db, _note(dtype, psnr_db))
    return Precision(torch.float32, psnr_db, _note(torch.float32, psnr_db))


def _outputs(stages: Stages, frames: Sequence[Tensor]) -> dict[str, Tensor]:
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
