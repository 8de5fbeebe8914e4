from itertools import combinations

import pytest
import torch

from models.evaluation.cost import count_macs
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.shortcut.init import initialise
from models.streaming.stages import Renewal, balanced_cuts, eager
from tests.helpers.tiny import ROUNDED, block, parsing_vtoonify, predicted, teacher, video, vtoonify, vtoonify_block


def stages(form="published", **settings):
    return eager(teacher().for_inference(), optimize(block(form)), **settings)


@pytest.fixture(params=BLOCKS)
def form(request):
    return request.param


@pytest.fixture
def frames():
    return video(2)


def close(output, expected, atol=ROUNDED):
    torch.testing.assert_close(output, expected, atol=atol, rtol=0)


def test_every_stage_is_its_part_of_teacher_and_block(form, frames):
    made, whole = stages(form), teacher()
    a, a_ref = made.head(frames[1]), made.head(frames[0])
    reference, y_ref = made.translate(a_ref)
    close(made.teacher(frames[0]), whole(frames[0]))
    close(y_ref, whole(frames[0]))
    expected = predicted(whole, block(form), *frames)
    close(made.predict(reference, a), expected)
    close(made.predict(made.renew(a_ref), a), expected)


@pytest.mark.parametrize("cuts", [(), (1,), (1, 2, 3)])
def test_the_slices_together_are_the_body(form, cuts, frames):
    made = stages(form, cuts=cuts)
    a = f = made.head(frames[0])
    for part in made.slices:
        f = part(f)
    assert len(made.slices) == len(cuts) + 1
    close(made.predict(made.prepare(a, f), made.head(frames[1])), made.predict(made.renew(a), made.head(frames[1])))


@pytest.mark.parametrize("cuts", [(), (1, 2, 3)])
def test_nothing_is_written_into_what_is_kept(form, cuts, frames):
    made = stages(form, cuts=cuts)
    a = made.head(frames[0])
    before = a.clone()
    reference, _ = made.translate(a)
    kept = [tensor.clone() for tensor in reference]
    made.renew(a)
    f = a
    for part in made.slices:
        f = part(f)
    content = f.clone()
    made.prepare(a, f)
    made.predict(reference, a)
    assert torch.equal(a, before) and torch.equal(f, content)
    assert all(torch.equal(tensor, copy) for tensor, copy in zip(reference, kept, strict=True))


@pytest.mark.parametrize("split", ["A", "B"])
def test_a_full_size_reference_keeps_its_picture_as_the_tail_makes_it(split, frames):
    whole = vtoonify(split)
    made = eager(whole.for_inference(), optimize(vtoonify_block("full_size")))
    a = made.head(frames[0])
    reference, y = made.translate(a)
    close(made.renew(a).y, reference.y)
    close(reference.y, whole.tail(whole.body(whole.head(frames[0])), whole.head(frames[0])))
    assert torch.equal(y, reference.y.clamp(-1, 1)) and y.data_ptr() != reference.y.data_ptr()


@pytest.mark.parametrize(("form", "tails"), [("published", 0), ("full_size", 1)])
def test_where_a_references_output_is_not_shown_the_tail_runs_for_the_block_alone(form, tails, frames):
    fast, small = teacher().for_inference(), optimize(block(form))
    made = eager(fast, small)
    a = fast.head(frames[0])
    f = fast.body(a)
    y = fast.tail(f)
    body, tail, kept = count_macs(fast.body, a), count_macs(fast.tail, f), count_macs(small.prepare, a, f, y)
    assert count_macs(made.translate, a) == body + tail + kept
    assert count_macs(made.renew, a) == body + tails * tail + kept
    assert count_macs(made.prepare, a, f) == tails * tail + kept


def test_half_precision_takes_and_gives_float32_and_leaves_the_networks_alone(form, frames):
    # At the published scale an untrained prediction is nearly flat: the tail would show nothing but its rounding.
    fast, small = teacher().for_inference(), optimize(initialise(block(form), gain=1.0))
    half, single = eager(fast, small, torch.bfloat16), eager(fast, small)
    a = half.head(frames[0])
    reference, y = half.translate(a)
    predicted = half.predict(reference, half.head(frames[1]))
    assert a.dtype == half.dtype == torch.bfloat16 and y.dtype == predicted.dtype == torch.float32
    close(y, single.teacher(frames[0]), atol=0.1)
    expected = single.predict(single.renew(single.head(frames[0])), single.head(frames[1]))
    assert (predicted - expected).abs().mean() < 0.02  # a few pixels of this noise match it elsewhere, once rounded
    assert {p.dtype for p in fast.parameters()} == {torch.float32}


def test_no_stage_builds_a_graph(form, frames):
    made = stages(form)
    reference, y = made.translate(made.head(frames[0]))
    assert not any(t.requires_grad for t in (*reference, y, made.predict(reference, made.head(frames[1]))))


@pytest.mark.parametrize("cuts", [(0,), (3, 2), (2, 2), (99,)])
def test_cuts_that_make_no_slices_are_refused(cuts):
    with pytest.raises(ValueError, match="cuts must rise from 1 to"):
        stages(cuts=cuts)


@pytest.mark.parametrize("split", ["A", "B"])
@pytest.mark.parametrize("cuts", [(), (1, 4)])
@torch.no_grad()
def test_a_teacher_whose_tail_needs_both_features_and_whose_body_passes_on_several_tensors(form, split, cuts, frames):
    whole = vtoonify(split)
    made = eager(whole.for_inference(), optimize(vtoonify_block(form)), cuts=cuts)
    expected = predicted(whole, vtoonify_block(form), *frames)
    reference, y_ref = made.translate(made.head(frames[0]))
    close(y_ref, whole(frames[0]))
    close(made.teacher(frames[1]), whole(frames[1]))
    close(made.predict(reference, made.head(frames[1])), expected)
    f = made.head(frames[0])
    for part in made.slices:
        f = part(f)
    close(made.predict(made.prepare(made.head(frames[0]), f), made.head(frames[1])), expected)


def test_a_stage_finds_what_the_head_would_find_by_itself(frames):
    assert stages().parse_faces is None
    made = eager(parsing_vtoonify().for_inference(), optimize(vtoonify_block()))
    found = made.parse_faces(frames[0])
    assert found.shape == (1, 22, 16, 24) and torch.equal(found[:, :3], frames[0])
    assert torch.equal(made.head(found), made.head(frames[0]))


def test_a_reference_is_ready_after_as_many_steps_as_there_are_slices(form):
    made = stages(form, cuts=(1, 2))
    a = made.head(video()[0])
    expected = made.renew(a.clone())
    renewal = Renewal(made, a, 7)
    a.zero_()  # its memory may serve the next frame
    steps = [renewal.advance() for _ in range(3)]
    assert steps[:2] == [None, None] and renewal.index == 7
    for found, wanted in zip(steps[2], expected, strict=True):
        torch.testing.assert_close(found, wanted)


def dearest(costs, cuts):
    bounds = [0, *cuts, len(costs)]
    return max(sum(costs[start:end]) for start, end in zip(bounds, bounds[1:], strict=False))


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("costs", [[1, 1, 1, 1, 1, 1], [2, 1, 9, 9, 9, 9, 3], [9, 1, 1, 1, 1], [0, 0, 4, 0], [5]])
def test_no_other_cuts_make_the_dearest_run_cheaper(costs, parts):
    places = range(1, len(costs))
    ways = [cuts for count in range(min(parts, len(costs))) for cuts in combinations(places, count)]
    assert dearest(costs, balanced_cuts(costs, parts)) == min(dearest(costs, cuts) for cuts in ways)


def test_there_are_no_more_cuts_than_help_and_early_runs_are_full():
    assert balanced_cuts([4, 4, 4, 4, 4], 4) == (2, 4)
    assert balanced_cuts([9, 1, 1], 3) == (1,)
    assert balanced_cuts([4], 3) == ()


@pytest.mark.parametrize(("costs", "parts"), [([1], 0), ([], 2)])
def test_nothing_to_share_or_nobody_to_share_with_is_refused(costs, parts):
    with pytest.raises(ValueError, match="cannot cut"):
        balanced_cuts(costs, parts)
