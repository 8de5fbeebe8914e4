"""What is timed: every stage and every kind of frame of one case, as calls without arguments."""

from dataclasses import replace

import torch
from torch import Tensor

from models.shortcut.block import ShortcutBlock
from models.shortcut.inference import optimize
from models.streaming.stages import Stages
from scripts.benchmark.cases import Case
from scripts.benchmark.variants import EAGER, Call, Variant
from scripts.published_way import published_way


@torch.no_grad()
def calls(case: Case, variant: Variant) -> dict[str, Call]:
    """name -> call, all on the same two frames.

    "teacher_eager" and "block_published" are as published: float32, eager, nothing rewritten, nothing cached; only a
    block of the published form has the second. The rest run as the variant says: "teacher", rewritten by the same rules
    as the Shortcut's own head and tail, its "head", "body" and "tail", "prepare", "block" (reference cached), and the
    kinds of frame "reference" and "skipped". The pixel path of a full-size block is part of "skipped", not of "block".
    """
    teacher, block = case.networks(variant.device)
    x_ref, x = case.frames(2, variant.device)
    a_ref, a = teacher.head(x_ref), teacher.head(x)
    f_ref = teacher.body(a_ref)
    rivals = {"teacher_eager": lambda: teacher(x)}
    if isinstance(block, ShortcutBlock):
        rivals["block_published"] = lambda: published_way(block, a_ref, a, f_ref)
    stages = _stages(case, variant, x_ref, x)
    frames = _frame_kinds(variant.stages(teacher, block, x), x_ref, x)
    return rivals | {name: variant.launched(call) for name, call in stages.items()} | frames


def _stages(case: Case, variant: Variant, x_ref: Tensor, x: Tensor) -> dict[str, Call]:
    """The teacher, its parts and the block's, each on its own and eager."""
    teacher, block = case.networks(variant.device)
    eager = replace(variant, engine=EAGER).stages(teacher, block, x)
    fast, quick = teacher.for_inference().to(variant.dtype), optimize(block).to(variant.dtype)
    a_ref, a = eager.head(x_ref), eager.head(x)
    f_ref = fast.body(a_ref)
    y_ref = eager.teacher(x_ref)
    reference = quick.prepare(a_ref, f_ref, y_ref)
    return {
        "teacher": lambda: eager.teacher(x),
        "head": lambda: eager.head(x),
        "body": lambda: fast.body(a),
        "tail": lambda: fast.tail(f_ref, a_ref),
        "prepare": lambda: quick.prepare(a_ref, f_ref, y_ref),
        "block": lambda: quick.with_pixels(reference, a),
    }


def _frame_kinds(stages: Stages, x_ref: Tensor, x: Tensor) -> dict[str, Call]:
    """A reference frame and a skipped one as a translator runs them."""
    reference, _ = stages.translate(stages.head(x_ref))
    return {
        "reference": lambda: stages.translate(stages.head(x_ref)),
        "skipped": lambda: stages.predict(reference, stages.head(x)),
    }
