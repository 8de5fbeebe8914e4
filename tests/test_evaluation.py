import weakref

import pytest
import torch
from torch import nn

from util.evaluation import baselines as standard
from util.evaluation import evaluate_clip
from util.metrics import Psnr
from util.scores import Scores

CPU = torch.device("cpu")


class Blend:
    """A small translator: the teacher on every third frame, its dimmed output in between."""

    def __init__(self, teacher):
        self.teacher = teacher
        self.reset()

    def reset(self):
        self.frames = 0

    def step(self, frame):
        self.distance = self.frames % 3
        self.refreshed = self.distance == 0
        self.sources = {self.frames - self.distance}
        self.frames += 1
        return self.teacher(frame) * (0.9 if self.distance else 1)


class Late(Blend):
    """A translator that predicts from the frame two before, whenever there is one."""

    def step(self, frame):
        y = super().step(frame)
        self.distance, self.refreshed = min(2, self.frames - 1), True
        self.sources = {max(0, self.frames - 2), self.frames - 1}
        return y


@pytest.fixture
def teacher():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh())


def clip(length=7, seed=1):
    return torch.rand(length, 1, 3, 16, 24, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def run(teacher, frames, compare=True, baselines=None, translator=Blend):
    results, scores = [], Scores({"psnr": Psnr})
    chosen = standard() if baselines is None else baselines
    evaluate_clip(translator(teacher), teacher if compare else None, frames, scores, results.append, chosen, CPU)
    return results, scores


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
        torch.testing.assert_close(result.baselines["reuse"], teacher(frames[result.index - result.distance]))


def test_baselines_use_the_frame_that_the_shortcut_used(teacher):
    frames = clip()
    for result in run(teacher, frames, translator=Late)[0]:
        torch.testing.assert_close(result.baselines["reuse"], teacher(frames[max(0, result.index - 2)]))


def test_frames_that_are_no_source_any_more_are_let_go(teacher):
    kept = []

    def stream():
        for frame in clip(9):
            copy = frame.clone()
            kept.append(weakref.ref(copy))
            assert sum(one() is not None for one in kept) <= 3  # the reference, the one before this and this
            yield copy
            del copy

    evaluate_clip(Blend(teacher), teacher, stream(), Scores({}), lambda result: None, {}, CPU)


def test_a_baseline_is_given_reference_input_current_input_and_reference_output(teacher):
    frames, seen = clip(3), []
    run(teacher, frames, baselines={"spy": lambda *images: seen.append(images) or images[2]})
    torch.testing.assert_close(seen[2], (frames[0], frames[2], teacher(frames[0])))


def test_the_scores_of_frames_and_of_the_run_agree(teacher):
    results, scores = run(teacher, clip())
    for series, summary in {"shortcut": scores.quality(), **scores.baselines()}.items():
        skipped = [r.scores[series]["psnr"] for r in results if r.distance]
        assert summary["psnr"]["skipped"] == pytest.approx(sum(skipped) / len(skipped))
    assert set(scores.baselines()) == {"reuse", "flow_warp"}


def test_on_reference_frames_baselines_show_the_teacher(teacher):
    result = run(teacher, clip(1).repeat(2, 1, 1, 1, 1))[0][0]
    assert result.scores["shortcut"]["psnr"] == result.scores["reuse"]["psnr"] == 100
    torch.testing.assert_close(result.baselines["flow_warp"], result.target, atol=1e-4, rtol=0)


def test_without_a_teacher_frames_are_translated_and_not_compared(teacher):
    results, scores = run(teacher, clip(4), compare=False)
    assert all(r.target is None and not r.baselines and not r.scores for r in results)
    torch.testing.assert_close(results[0].output, teacher(clip(4)[0]))
    assert scores.frames()["total"] == 4


def test_a_second_clip_starts_with_a_reference_frame(teacher):
    results, scores, translator = [], Scores({"psnr": Psnr}), Blend(teacher)
    for seed in (1, 2):
        evaluate_clip(translator, teacher, clip(2, seed), scores, results.append, standard(), CPU)
    assert [r.distance for r in results] == [0, 1, 0, 1]
    torch.testing.assert_close(results[3].baselines["reuse"], teacher(clip(2, 2)[0]))


def test_frames_are_taken_one_at_a_time_and_no_graph_is_kept(teacher):
    taken, reported = [], []

    def stream():
        for i, frame in enumerate(clip(4)):
            assert len(reported) == i  # everything before this frame has been handed on
            taken.append(i)
            yield frame

    evaluate_clip(Blend(teacher), teacher, stream(), Scores({}), reported.append, {}, CPU)
    assert taken == [0, 1, 2, 3] and not any(r.output.requires_grad for r in reported)
