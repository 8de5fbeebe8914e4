import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.refresh import Adaptive, Every
from models.streaming.stages import eager
from models.streaming.translator import Translator, WholeTeacher
from tests.helpers import tiny
from tests.helpers.tiny import ROUNDED, block, parsing_vtoonify, teacher, video, vtoonify, vtoonify_block


@pytest.fixture(params=BLOCKS)
def form(request):
    return request.param


def translator(refresh=3, refresh_output="teacher", spread=False, cuts=(), form="published"):
    stages = eager(teacher().for_inference(), optimize(block(form)), cuts=cuts)
    return Translator(stages, Every(refresh) if isinstance(refresh, int) else refresh, refresh_output, spread)


def outputs(made, frames=None):
    return [made.step(frame).output for frame in (video() if frames is None else frames)]


def told(made, frames=None):
    """(distance, is_reference, sources) of every frame."""
    steps = [made.step(frame) for frame in (video() if frames is None else frames)]
    return [(step.distance, step.is_reference, step.sources) for step in steps]


def predicted(form, source, number, frames=None):
    """What the trained block makes of a frame from another one, both by number."""
    frames = video() if frames is None else frames
    return tiny.predicted(teacher(), block(form), frames[source], frames[number])


def close(output, expected):
    torch.testing.assert_close(output, expected, atol=ROUNDED, rtol=0)


def test_interval_one_is_the_teacher():
    whole = teacher()
    for frame, output in zip(video(), outputs(translator(1)), strict=True):
        close(output, whole(frame))


def test_the_whole_teacher_alone_shows_the_same():
    made = WholeTeacher(eager(teacher().for_inference(), optimize(block())))
    for frame, output in zip(video(), outputs(made), strict=True):
        close(output, teacher()(frame))
    assert told(made) == [(0, True, frozenset())] * 7


def test_reference_frames_are_exact_and_the_rest_are_not(form):
    whole, shown = teacher(), outputs(translator(form=form))
    exact = [torch.allclose(y, whole(x), atol=1e-4) for x, y in zip(video(), shown, strict=True)]
    assert exact == [True, False, False, True, False, False, True]


def test_skipped_frames_are_the_blocks_prediction_from_the_last_reference(form):
    close(outputs(translator(form=form))[5], predicted(form, 3, 5))


def test_of_every_step_its_distance_kind_and_sources_are_told():
    assert told(translator())[:5] == [(0, True, {0}), (1, False, {0}), (2, False, {0}), (0, True, {3}), (1, False, {3})]


def test_the_published_refresh_shows_the_prediction_from_the_old_reference_and_still_renews_it(form):
    shown = outputs(translator(refresh_output="shortcut", form=form))
    close(shown[0], teacher()(video()[0]))
    close(shown[3], predicted(form, 0, 3))
    close(shown[5], predicted(form, 3, 5))


def test_a_prediction_shown_on_a_reference_frame_lies_a_whole_interval_from_its_reference():
    seen = [(distance, refreshed) for distance, refreshed, _ in told(translator(refresh_output="shortcut"))]
    assert seen == [(0, True), (1, False), (2, False), (3, True), (1, False), (2, False), (3, True)]


def test_a_policy_that_looks_at_the_frame_decides_before_it_is_predicted():
    frames = video().clone()
    frames[1:4] = frames[0]  # nothing moves, then everything
    assert [d for d, _, _ in told(translator(Adaptive(0.1, 99)), frames[:5])] == [0, 1, 2, 3, 0]


def test_a_spread_refresh_becomes_the_reference_when_its_last_slice_has_run(form):
    made = translator(3, spread=True, cuts=(1, 2), form=form)
    shown = outputs(made, frames := video(12))
    expected = [0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2]
    close(shown[0], teacher()(frames[0]))
    for number in range(1, 12):
        close(shown[number], predicted(form, number - expected[number], number, frames))


def test_a_spread_refresh_tells_where_its_predictions_come_from():
    seen = told(translator(3, spread=True, cuts=(1, 2)), video(9))
    assert [distance for distance, _, _ in seen] == [0, 1, 2, 3, 4, 2, 3, 4, 2]
    assert [refreshed for _, refreshed, _ in seen] == [True, *[False] * 4, True, False, False, True]
    assert [sources for _, _, sources in seen[2:6]] == [{0}, {0, 3}, {0, 3}, {3}]


def test_fewer_slices_than_frames_are_ready_sooner():
    assert [distance for distance, _, _ in told(translator(4, spread=True, cuts=(2,)), video(9))] == [
        *(0, 1, 2, 3, 4),
        *(1, 2, 3, 4),
    ]


def explained(made, frames):
    """Whether the block's inside can be told, of every frame."""
    return [made.step(frame).explain is not None for frame in frames]


def test_what_the_block_did_is_told_for_predicted_frames(form):
    made, fast, frames = translator(form=form), optimize(block(form)), video()
    steps = [made.step(frame) for frame in frames[:5]]
    assert [step.explain is not None for step in steps] == [False, True, True, False, True]
    whole = teacher()
    a_ref, a = whole.head(frames[3]), whole.head(frames[4])
    f_ref = whole.body(a_ref)
    expected, found = fast.explain(fast.prepare(a_ref, f_ref, whole.tail(f_ref)), a), steps[4].explain()
    close(found.mask, expected.mask)
    close(found.displacement, expected.displacement)


def test_it_is_not_told_when_the_reference_it_came_from_is_gone():
    assert explained(translator(refresh_output="shortcut"), video(5)) == [False, True, True, False, True]
    assert explained(translator(3, spread=True, cuts=(1, 2)), video(9)) == [False, *[True] * 8]


@pytest.mark.parametrize("settings", [{}, {"spread": True, "cuts": (1, 2)}, {"refresh": Adaptive(0.5, 3)}])
def test_reset_forgets_the_video(settings, form):
    made = translator(**settings, form=form)
    first = outputs(made)
    made.reset()
    assert all(torch.equal(a, b) for a, b in zip(first, outputs(made), strict=True))


@pytest.mark.parametrize("settings", [{}, {"refresh": Adaptive(0.5, 3)}])
def test_a_frame_of_another_size_is_refused_until_reset(settings):
    made = translator(**settings)
    made.step(video()[0])
    with pytest.raises(ValueError, match=r"frame 1 is \[1, 3, 32, 24\].*one size; call reset\(\)"):
        made.step(video(height=32)[0])
    made.step(video()[1])  # the video goes on
    made.reset()
    made.step(video(height=32)[0])


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"refresh_output": "none"}, "refresh_output must be one of"),
        ({"refresh": 1, "spread": True}, "fixed interval of at least 2"),
        ({"refresh": Adaptive(0.5, 3), "spread": True}, "fixed interval of at least 2"),
        ({"refresh": 2, "spread": True, "cuts": (1, 2)}, "3 slices of the body do not fit into interval 2"),
    ],
)
def test_wrong_settings_are_refused(settings, problem):
    with pytest.raises(ValueError, match=problem):
        translator(**settings)


@pytest.mark.parametrize("split", ["A", "B"])
@pytest.mark.parametrize("size", [(16, 24), (40, 24)])  # odd multiples of 8 among them
@torch.no_grad()
def test_a_video_may_become_larger(split, size, form):
    whole, predict, frames = vtoonify(split), vtoonify_block(form), video(5, *size)
    made = Translator(eager(whole.for_inference(), optimize(predict)), Every(3))
    shown = outputs(made, frames)
    assert {tuple(y.shape) for y in shown} == {(1, 3, 4 * size[0], 4 * size[1])}
    assert all(y.abs().max() <= 1 for y in shown)
    for number in (0, 3):
        close(shown[number], whole(frames[number]))
    for source, number in ((0, 1), (0, 2), (3, 4)):
        close(shown[number], tiny.predicted(whole, predict, frames[source], frames[number]))


def test_a_refresh_of_several_tensors_can_be_spread(form):
    stages = eager(vtoonify().for_inference(), optimize(vtoonify_block(form)), cuts=(2, 5))
    made = Translator(stages, Every(3), spread=True)
    assert [distance for distance, _, _ in told(made, video(6))] == [0, 1, 2, 3, 4, 2]


def test_face_parts_are_looked_for_on_reference_frames_only_if_wanted():
    whole, frames = parsing_vtoonify(), video()
    fast, small = whole.for_inference(), optimize(vtoonify_block())
    shown = outputs(Translator(eager(fast, small), Every(3), reuse_parsing=True), frames)
    assert fast.head.parser.calls == 3
    for number, (frame, y) in enumerate(zip(frames, shown, strict=True)):
        reference = frames[number - number % 3]
        parts = whole.head.with_face_parts(reference)[:, 3:]
        a_ref, a = whole.head(reference), whole.head(torch.cat([frame, parts], 1))
        f = whole.body(a_ref)
        late = f if number % 3 == 0 else vtoonify_block().eval()(a_ref, a, f).feature
        close(y, whole.tail(late, a).clamp(-1, 1))
    fast.head.parser.calls = 0
    outputs(Translator(eager(fast, small), Every(3)), frames)
    assert fast.head.parser.calls == 7


def test_nothing_is_reused_where_nothing_is_looked_for():
    made = Translator(eager(teacher().for_inference(), optimize(block())), Every(3), reuse_parsing=True)
    for y, expected in zip(outputs(made), outputs(translator()), strict=True):
        assert torch.equal(y, expected)


def test_the_published_refresh_looks_for_face_parts_on_the_frames_that_renew_the_reference():
    fast, small = parsing_vtoonify().for_inference(), optimize(vtoonify_block())
    shown = outputs(Translator(eager(fast, small), Every(3), "shortcut", reuse_parsing=True))
    assert fast.head.parser.calls == 3
    exact = [torch.allclose(y, parsing_vtoonify()(x), atol=1e-4) for x, y in zip(video(), shown, strict=True)]
    assert exact == [True] + [False] * 6


@pytest.mark.parametrize(
    ("refresh", "spread", "told"), [(Adaptive(0.1, 4), False, "Adaptive"), (Every(3), True, "spread")]
)
def test_what_was_found_is_only_reused_with_whole_references_at_fixed_intervals(refresh, spread, told):
    stages = eager(parsing_vtoonify(), optimize(vtoonify_block()))
    with pytest.raises(ValueError, match=f"fixed interval and whole references only, got {told}"):
        Translator(stages, refresh, spread=spread, reuse_parsing=True)
