import weakref

import pytest
import torch
from torch import nn

from models.evaluation.baselines import BASELINES
from models.evaluation.evaluate import evaluate_clip, frame_contexts
from models.evaluation.metrics import MetricResources
from models.evaluation.metrics.image import Psnr
from models.evaluation.scores import Scores
from models.streaming.translator import Step
from util.report.record import SHORTCUT

CPU = torch.device("cpu")


class Blend:
    """A small translator: the teacher on every third frame, its dimmed output in between."""

    def __init__(self, teacher):
        self.teacher = teacher
        self.reset()

    def reset(self):
        self.frames = 0

    def step(self, frame):
        index, distance = self.frames, self.frames % 3
        self.frames += 1
        y = self.teacher(frame) * (0.9 if distance else 1)
        return Step(y, distance, distance == 0, frozenset({index - distance}))


class Late(Blend):
    """A translator that predicts from the frame two before, whenever there is one."""

    def step(self, frame):
        index = self.frames
        y = super().step(frame).output
        return Step(y, min(2, index), True, frozenset({max(0, index - 1), index}))


@pytest.fixture
def teacher():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh())


def clip(length=7, seed=1):
    return torch.rand(length, 1, 3, 16, 24, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def run(teacher, frames, compare=True, baselines=None, translator=Blend):
    chosen, translators = BASELINES if baselines is None else baselines, {SHORTCUT: translator(teacher)}
    scores, compared = judge(*chosen), teacher if compare else None
    return list(evaluate_clip(translators, compared, frame_contexts("clip", frames), scores, chosen, CPU)), scores


def judge(*baselines):
    return Scores({"psnr": Psnr}, MetricResources(), [SHORTCUT, *baselines])


def test_every_frame_is_reported_with_its_distance(teacher):
    results, scores = run(teacher, clip())
    assert [r.index for r in results] == list(range(7))
    assert [r.distance for r in results] == [0, 1, 2, 0, 1, 2, 0]
    assert scores.frames() == {"total": 7, "reference": 3, "skipped": 4}
    assert all(r.ms > 0 for r in results)


def test_the_target_is_the_teacher_of_the_same_frame(teacher):
    frames = clip()
    for result, frame in zip(run(teacher, frames)[0], frames, strict=True):
        torch.testing.assert_close(result.target, teacher(frame))
        torch.testing.assert_close(result.output, result.target * (0.9 if result.distance else 1))
        assert torch.equal(result.input, frame)


def test_reuse_shows_the_last_reference(teacher):
    frames = clip()
    for result in run(teacher, frames)[0]:
        torch.testing.assert_close(result.others["reuse"].output, teacher(frames[result.index - result.distance]))


def test_baselines_use_the_frame_that_the_shortcut_used(teacher):
    frames = clip()
    for result in run(teacher, frames, translator=Late)[0]:
        torch.testing.assert_close(result.others["reuse"].output, teacher(frames[max(0, result.index - 2)]))


def test_frames_that_are_no_source_any_more_are_let_go(teacher):
    kept = []

    def stream():
        for frame in clip(9):
            copy = frame.clone()
            kept.append(weakref.ref(copy))
            assert sum(one() is not None for one in kept) <= 4  # the reference, the two before and this
            yield copy
            del copy

    translators, scores = {SHORTCUT: Blend(teacher)}, Scores({}, MetricResources(), [SHORTCUT])
    for _ in evaluate_clip(translators, teacher, frame_contexts("clip", stream()), scores, {}, CPU):
        pass


def test_a_baseline_is_given_reference_input_current_input_and_reference_output(teacher):
    frames, seen = clip(3), []
    run(teacher, frames, baselines={"spy": lambda *images: seen.append(images) or images[2]})
    torch.testing.assert_close(seen[2], (frames[0], frames[2], teacher(frames[0])))


def test_the_scores_of_frames_and_of_the_run_agree(teacher):
    results, scores = run(teacher, clip())
    assert scores.methods == ["shortcut", "reuse", "flow_warp"]
    for method in scores.methods:
        skipped = [r.scores[method]["psnr"] for r in results if r.distance]
        assert scores.figures(method)["psnr"]["skipped"] == pytest.approx(sum(skipped) / len(skipped))


def test_on_reference_frames_baselines_show_the_teacher(teacher):
    result = run(teacher, clip(1).repeat(2, 1, 1, 1, 1))[0][0]
    assert result.scores["shortcut"]["psnr"] == result.scores["reuse"]["psnr"] == 100
    torch.testing.assert_close(result.others["flow_warp"].output, result.target, atol=1e-4, rtol=0)


def test_a_second_translator_keeps_references_of_its_own(teacher):
    translators, scores = {SHORTCUT: Blend(teacher), "shortcut_late": Late(teacher)}, judge("shortcut_late")
    results = list(evaluate_clip(translators, teacher, frame_contexts("clip", clip()), scores, {}, CPU))
    assert [r.others["shortcut_late"].distance for r in results] == [0, 1, 2, 2, 2, 2, 2]
    assert [r.distance for r in results] == [0, 1, 2, 0, 1, 2, 0]
    assert scores.frames("shortcut_late")["reference"] == 7 and scores.frames()["reference"] == 3


def test_the_reference_frames_are_told(teacher):
    assert [r.is_reference for r in run(teacher, clip())[0]] == [True, False, False, True, False, False, True]


def test_a_scene_knows_the_frame_before_it_and_its_ground_truth():
    contexts = list(frame_contexts("a", clip(3), truth=lambda index: index * 10))
    assert [(context.clip, context.index, context.truth) for context in contexts] == [
        ("a", 0, 0),
        ("a", 1, 10),
        ("a", 2, 20),
    ]
    assert contexts[0].previous is None and contexts[2].previous is contexts[1].input


def test_without_a_teacher_frames_are_translated_and_not_compared(teacher):
    results, scores = run(teacher, clip(4), compare=False)
    assert all(r.target is None and not r.others and not r.scores for r in results)
    torch.testing.assert_close(results[0].output, teacher(clip(4)[0]))
    assert scores.frames()["total"] == 4


def test_a_second_clip_starts_with_a_reference_frame(teacher):
    results, scores, translators = [], judge(*BASELINES), {SHORTCUT: Blend(teacher)}
    for seed in (1, 2):
        contexts = frame_contexts("clip", clip(2, seed))
        results += evaluate_clip(translators, teacher, contexts, scores, BASELINES, CPU)
    assert [r.distance for r in results] == [0, 1, 0, 1]
    torch.testing.assert_close(results[3].others["reuse"].output, teacher(clip(2, 2)[0]))


def test_frames_are_taken_one_at_a_time_and_no_graph_is_kept(teacher):
    taken, reported = [], []

    def stream():
        for i, frame in enumerate(clip(4)):
            assert len(reported) == i  # everything before this frame has been handed on
            taken.append(i)
            yield frame

    scores = Scores({}, MetricResources(), [SHORTCUT])
    for result in evaluate_clip({SHORTCUT: Blend(teacher)}, teacher, frame_contexts("clip", stream()), scores, {}, CPU):
        reported.append(result)
    assert taken == [0, 1, 2, 3] and not any(r.output.requires_grad for r in reported)


def test_networks_are_given_what_lies_beside_a_frame_and_figures_see_the_frame_alone(teacher):
    given = []

    class Told(Blend):
        def step(self, frame):
            given.append(frame)
            return super().step(frame[:, :3])

    scores = Scores({"psnr": Psnr}, MetricResources(), [SHORTCUT])
    contexts = frame_contexts("clip", clip(3), face_parts=lambda number: torch.full((1, 2, 16, 24), float(number)))
    whole = lambda frame: teacher(frame[:, :3])  # noqa: E731
    results = list(evaluate_clip({SHORTCUT: Told(teacher)}, whole, contexts, scores, {}, CPU))
    assert [frame.shape[1] for frame in given] == [5] * 3 and given[2][0, 4].mean() == 2
    assert all(result.input.shape == (1, 3, 16, 24) for result in results)
