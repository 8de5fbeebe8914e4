"""Peak memory of one way to translate, each in a process of its own: a peak never goes down again."""

import multiprocessing

import torch

from models.evaluation.cost import peak_memory_mb
from scripts.benchmark.cases import Case
from scripts.benchmark.variants import Variant
from util.runtime import keep_memory

FRAMES = 2
WAYS = ("idle", "teacher", "skipped", "translator")


def peaks(case: Case, variant: Variant) -> dict[str, float]:
    """Peak MiB of each of WAYS: resident on a CPU, allocated by torch on CUDA.

    "idle": the networks are made and nothing runs. "teacher": all of the teacher. "skipped": skipped frames only, whose
    reference is made of random features. "translator": reference frames and skipped ones. As in every run, what is
    freed stays resident (`runtime.keep_memory`) and serves the next allocations.
    """
    context = multiprocessing.get_context("forkserver")  # its children begin with the imports and nothing else
    context.set_forkserver_preload([__name__])
    with context.Pool(len(WAYS), maxtasksperchild=1) as pool:
        found = pool.starmap(_peak, [(case, variant, way) for way in WAYS], chunksize=1)
    return dict(zip(WAYS, found, strict=True))


@torch.no_grad()
def _peak(case: Case, variant: Variant, way: str) -> float:
    keep_memory()  # as in the process that is timed
    if variant.device.type == "cuda":
        torch.cuda.set_device(variant.device)
    teacher, block = case.networks(variant.device)
    x = case.frames(1, variant.device)[0]
    stages = variant.stages(teacher, block, x)
    if way == "teacher":
        for _ in range(FRAMES):
            stages.teacher(x)
    elif way != "idle":
        a = stages.head(x)
        f = a.new_empty(1, teacher.f_channels, *a.shape[2:]).uniform_()
        reference = stages.translate(a)[0] if way == "translator" else stages.prepare(a, f)
        for _ in range(FRAMES):
            stages.predict(reference, stages.head(x))
    return peak_memory_mb(variant.device)
