"""The translator on random videos, against a slow model that keeps all frames and computes each from scratch."""

from statistics import median

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.shortcut.alignment import halve
from models.shortcut.inference import optimize
from models.streaming.refresh import CUT_DRIFT, CUT_RATIO, MEMORY, Adaptive, Every
from models.streaming.stages import eager
from models.streaming.translator import REFRESH_OUTPUTS, Translator
from tests.helpers.tiny import ROUNDED, block, predicted, teacher, video

SIZES = [(16, 24), (24, 16), (8, 8)]
TEACHER, BLOCK = teacher(), block()
POLICIES = st.one_of(
    st.tuples(st.just("fixed"), st.integers(1, 4), st.just(0.0)),
    st.tuples(st.just("adaptive"), st.integers(1, 6), st.sampled_from([0.05, 0.3, 0.7, float("inf")])),
)
# What a video shows: the numbers of the scenes, and how much each frame moves away from its scene.
FRAMES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.02, 0.3])), min_size=1, max_size=7)


def frames_of(plan, size):
    """One scene is bright, one dark, one noise: a change of scene drifts far, a move a little."""
    scenes, moves = video(3, *size), video(len(plan), *size, seed=1)
    scenes[0], scenes[1] = scenes[0] * 0.1 + 0.9, scenes[1] * 0.1 - 0.9
    return [(scenes[scene] + share * move).clamp(-1, 1) for (scene, share), move in zip(plan, moves, strict=True)]


def drift(one, other):
    return ((one - other).abs().mean() / other.abs().mean()).item()


def references(features, kind, interval, threshold):
    """The numbers of the reference frames, as the description of the policy says."""
    found = [0]
    for number in range(1, len(features)):
        now, drifts = features[number], [drift(b, a) for a, b in zip(features, features[1:number], strict=False)]
        usual = median(drifts[-MEMORY:]) if drifts else 0.0
        cut = drift(now, features[number - 1]) > max(CUT_DRIFT, CUT_RATIO * usual)
        moved = drift(now, features[found[-1]]) > threshold
        if number - found[-1] >= interval or (kind == "adaptive" and (cut or moved)):
            found.append(number)
    return found


@given(
    st.lists(st.tuples(FRAMES, st.sampled_from(SIZES)), min_size=1, max_size=2),
    POLICIES,
    st.sampled_from(REFRESH_OUTPUTS),
)
@torch.no_grad()
def test_every_frame_is_what_the_slow_model_makes_of_it(videos, policy, refresh_output):
    kind, interval, threshold = policy
    refresh = Every(interval) if kind == "fixed" else Adaptive(threshold, interval)
    made = Translator(eager(TEACHER.for_inference(), optimize(BLOCK)), refresh, refresh_output)
    for plan, size in videos:
        made.reset()
        frames = frames_of(plan, size)
        expected = references([halve(TEACHER.head(frame)) for frame in frames], kind, interval, threshold)
        for number, frame in enumerate(frames):
            is_reference = number in expected
            shows_teacher = number == 0 or (is_reference and refresh_output == "teacher")
            source = number if shows_teacher else max(r for r in expected if r < number)
            y = TEACHER(frame).clamp(-1, 1) if shows_teacher else predicted(TEACHER, BLOCK, frames[source], frame)
            step = made.step(frame)
            assert (step.is_reference, step.distance) == (is_reference, number - source)
            assert step.sources == {max(r for r in expected if r <= number)}
            torch.testing.assert_close(step.output, y, atol=ROUNDED, rtol=0)


@given(st.lists(st.sampled_from(SIZES), min_size=1, max_size=6))
def test_a_frame_of_another_size_is_refused_and_the_video_goes_on(sizes):
    made = Translator(eager(TEACHER.for_inference(), optimize(BLOCK)), Every(3))
    taken = 0
    for number, size in enumerate(sizes):
        frame = video(1, *size, seed=number)[0]
        if size == sizes[0]:
            assert made.step(frame).distance == taken % 3
            taken += 1
        else:
            with pytest.raises(ValueError, match=f"frame {taken} is .* one size"):
                made.step(frame)
