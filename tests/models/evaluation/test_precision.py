import pytest
import torch

from models.evaluation.metrics.image import Psnr, unit_pair
from models.evaluation.precision import FAITHFUL_DB, PRECISIONS, fastest_precision, named_precision
from models.shortcut.inference import optimize
from models.streaming.stages import eager
from tests.helpers.tiny import block, teacher, video
from util.runtime import fast_types

CPU = torch.device("cpu")
needs_bf16 = pytest.mark.skipif(not fast_types(CPU), reason="needs a processor that multiplies bf16")


def networks(gain=1.0):
    """A teacher and a block in their inference forms; a gain above 1 in the last layer sharpens all differences."""
    made = teacher()
    with torch.no_grad():
        made.tail[-2].weight.mul_(gain)
    return made.for_inference(), optimize(block())


def test_what_is_asked_for_is_taken_without_a_trial():
    for amp in ("off", "bf16"):
        choice = named_precision(amp, CPU)
        assert (choice.dtype, choice.psnr_db, choice.note) == (PRECISIONS[amp], {}, None)
    with pytest.raises(
        ValueError, match="--amp fp16 needs a CUDA device: a CPU has no fast fp16; use off, bf16 or auto"
    ):
        named_precision("fp16", CPU)


@needs_bf16
def test_auto_takes_bf16_where_both_kinds_of_frame_look_as_in_float32():
    choice = fastest_precision(*networks(gain=0.01), video(2))
    assert choice.dtype == torch.bfloat16 and min(choice.psnr_db["bfloat16"].values()) >= FAITHFUL_DB
    assert choice.note.startswith("--amp auto: bfloat16; 50 dB against float32 wanted, on the first frame bfloat16: ")


@needs_bf16
def test_auto_keeps_float32_where_they_do_not():
    choice = fastest_precision(*networks(gain=20.0), video(2))
    assert choice.dtype == torch.float32 and min(choice.psnr_db["bfloat16"].values()) < FAITHFUL_DB
    assert choice.note.startswith("--amp auto: float32; ") and "skipped frame" in choice.note


@needs_bf16
@torch.no_grad()
def test_what_is_measured_is_the_first_frame_as_reference_and_the_second_as_a_skipped_one():
    fast, small = networks()
    first, second = video(2)
    shown = {}
    for dtype in (torch.float32, torch.bfloat16):
        stages = eager(fast, small, dtype)
        reference, exact = stages.translate(stages.head(first))
        shown[dtype] = {"teacher": exact, "skipped": stages.predict(reference, stages.head(second))}
    exact, half = shown.values()
    expected = {kind: Psnr.measure(*unit_pair(half[kind], exact[kind])) for kind in exact}
    assert fastest_precision(fast, small, [first, second]).psnr_db["bfloat16"] == pytest.approx(expected, abs=0.01)


def test_a_video_of_one_frame_is_enough():
    assert fastest_precision(*networks(), video(1)).dtype in PRECISIONS.values()


def test_pictures_that_are_not_numbers_are_not_faithful():
    choice = fastest_precision(*networks(gain=float("nan")), video(2))
    assert choice.dtype == torch.float32 and choice.note
