import pytest
import torch

from models.evaluation.baselines import BASELINES
from models.evaluation.metrics.image import Psnr, unit_pair
from models.evaluation.refresh_fit.replay import BaselineStages, Tally, replay
from models.shortcut.inference import optimize
from models.streaming.refresh import Adaptive, Every
from models.streaming.stages import Stages, eager
from models.streaming.translator import Translator
from tests.helpers.tiny import block, teacher, video


@pytest.fixture(scope="module")
def stages():
    return eager(teacher().for_inference(), optimize(block()))


def policies():
    return [Every(1), Every(2), Every(3), Adaptive(0.5, 4), Adaptive(10.0, 4)]


def replayed(stages, frames, known=None):
    tallies = [Tally() for _ in policies()]
    replay(stages, frames, policies(), tallies, {} if known is None else known)
    return tallies


@pytest.mark.parametrize("number", range(len(policies())))
def test_side_by_side_is_the_same_as_a_translator_of_its_own(stages, number):
    frames, alone, references = video(9), [], 0
    translator = Translator(stages, policies()[number])
    for x in frames:
        step = translator.step(x)
        references += step.is_reference
        if not step.is_reference:
            alone.append(Psnr.measure(*unit_pair(step.output, stages.teacher(x))))
    tally = replayed(stages, frames)[number]
    assert tally.references == references and tally.psnrs == pytest.approx(alone, abs=1e-3)


def counting(stages):
    """The same stages, and how often each pair was predicted."""
    asked = []

    def predict(reference, a):
        asked.append((reference, a))
        return stages.predict(reference, a)

    return Stages(**{**vars(stages), "predict": predict}), asked


def test_what_several_policies_need_is_predicted_once(stages):
    counted, asked = counting(stages)
    known = {}
    frames = video(9)
    first = replayed(counted, frames, known)
    assert len(asked) == len(known) < sum(len(tally.psnrs) for tally in first)
    again = replayed(counted, frames, known)
    assert len(asked) == len(known) and again == first


def test_every_clip_begins_with_a_reference_frame(stages):
    tallies, frames = [Tally()], video(2)
    policy = [Every(4)]
    for _ in range(3):
        replay(stages, frames, policy, tallies, {})
    assert tallies[0].references == 3 and len(tallies[0].psnrs) == 3


def test_a_baseline_is_replayed_from_the_teachers_output_of_its_reference():
    whole, frames, tally = teacher(), video(5), Tally()
    replay(BaselineStages(whole, BASELINES["reuse"]), frames, [Every(2)], [tally], {})
    with torch.no_grad():
        expected = [Psnr.measure(*unit_pair(whole(frames[k - 1]), whole(frames[k]))) for k in (1, 3)]
    assert tally.references == 3 and tally.psnrs == pytest.approx(expected)
