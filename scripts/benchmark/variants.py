"""How a case runs: on which device, in which precision, launched how."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from models.evaluation.pipeline_cost import body_cuts
from models.evaluation.precision import AUTO, PRECISIONS, fastest_precision
from models.shortcut import Shortcut
from models.shortcut.inference import optimize
from models.streaming import cuda_graphs, stages
from models.streaming.stages import Stages
from models.teachers.base import Teacher
from scripts.benchmark.cases import Case

Call = Callable[[], object]

EAGER, GRAPHS = "eager", "cuda_graphs"


@dataclass(frozen=True)
class Variant:
    """A device, a key of PRECISIONS or AUTO, which `settled` replaces, and EAGER or GRAPHS."""

    device: torch.device
    amp: str
    engine: str

    @property
    def dtype(self) -> torch.dtype:
        return PRECISIONS[self.amp]

    def stages(self, teacher: Teacher, block: Shortcut, frame: Tensor, slices: int = 1) -> Stages:
        """What a translator runs in this variant, the body in up to `slices` parts; `frame` shows the size."""
        fast, quick = teacher.for_inference(), optimize(block)
        made = stages.eager(fast, quick, self.dtype, cuts=body_cuts(fast, quick, frame, slices) if slices > 1 else ())
        return made if self.engine == EAGER else cuda_graphs.graphed(made, frame)

    def launched(self, call: Call) -> Call:
        """`call` itself, or its recording as a CUDA graph."""
        return call if self.engine == EAGER else cuda_graphs.Graph(call)

    def wait(self) -> None:
        """Until the device is idle."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def variants(device: torch.device, amps: list[str] | None) -> list[Variant]:
    """All that `device` can run, or only those of the precisions `amps`.

    Raises:
        ValueError: fp16 on a CPU.
    """
    if device.type == "cuda":
        return [Variant(device, amp, engine) for amp in amps or PRECISIONS for engine in (EAGER, GRAPHS)]
    if "fp16" in (amps or ()):
        raise ValueError("--amp fp16 needs a GPU; a CPU runs off, bf16 or auto")
    return [Variant(device, amp, EAGER) for amp in amps or ["off"]]


def settled(variant: Variant, case: Case) -> tuple[Variant, str | None]:
    """The variant itself or, of AUTO, the one that it comes to for the case's networks and a line that says so."""
    if variant.amp != AUTO:
        return variant, None
    teacher, block = case.networks(variant.device)
    choice = fastest_precision(teacher.for_inference(), optimize(block), list(case.frames(2, variant.device)))
    amp = next(key for key, dtype in PRECISIONS.items() if dtype == choice.dtype)
    return replace(variant, amp=amp), choice.note
