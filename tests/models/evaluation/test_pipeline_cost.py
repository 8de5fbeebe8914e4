import pytest
import torch

from models.evaluation import cost
from models.evaluation.pipeline_cost import body_cuts, measure_latency, measure_streams, stream_methods
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from tests.helpers.tiny import block, teacher, video
from util import image

CPU = torch.device("cpu")


@pytest.mark.parametrize("form", BLOCKS)
def test_no_other_slices_are_more_equal(form):
    fast, small, x = teacher().for_inference(), optimize(block(form)), image.blank((24, 16), CPU)
    a = f = fast.head(x)
    macs = []
    for layer in fast.body:
        macs.append(cost.count_macs(layer, f))
        f = layer(f)
    macs[-1] += cost.count_macs(eager(fast, small).prepare, a, f)  # which the last slice does besides
    (cut,) = body_cuts(fast, small, x, 2)
    dearest = [max(sum(macs[:at]), sum(macs[at:])) for at in range(1, len(macs))]
    assert dearest[cut - 1] == min(dearest) < sum(macs)
    assert body_cuts(fast, small, x, 1) == ()


def test_single_frames_are_timed_of_every_kind():
    translator = Translator(eager(teacher().for_inference(), optimize(block())), Every(3))
    found = measure_latency(teacher(), translator, video(1)[0], repeats=2)
    assert found.keys() == {"teacher_eager", "teacher", "reference", "skipped"}
    assert all(0 < times["median"] <= times["p95"] for times in found.values())


def test_whole_videos_are_timed_by_every_method_in_turn():
    stages = eager(teacher().for_inference(), optimize(block()))
    methods = stream_methods(stages, {"shortcut": Translator(stages, Every(3))})
    played = []

    def play(method):
        method.reset()
        played.append([method.step(frame) for frame in video(4)])

    found = measure_streams(methods, play, 4, CPU)
    assert found.keys() == {"teacher", "shortcut"}
    assert all(0 < times["median"] <= times["p95"] for times in found.values())
    exact, shown = played[:2]
    same = [torch.allclose(x, y, atol=1e-4) for x, y in zip(exact, shown, strict=True)]
    assert same == [True, False, False, True]  # the methods take turns, each from a new video on
