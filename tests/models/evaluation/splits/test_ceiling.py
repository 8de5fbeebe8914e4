import pytest
import torch

from models.evaluation.splits.candidates import candidates
from models.evaluation.splits.ceiling import PIXELS, ceilings
from models.teachers.any_generator.graph import layer_graph
from tests.helpers.generators import SkipNet, made
from tests.helpers.textures import texture


def moving_clip(count):
    """A picture that moves by two pixels a frame."""
    wide = texture(32, 48 + 2 * count)
    return [wide[..., 2 * k : 2 * k + 48] for k in range(count)]


def rated(frames, interval=3):
    graph = layer_graph(made(SkipNet), frames[0])
    cuts = [one.cut for one in candidates(graph, frames[0])]
    return cuts, ceilings(graph, cuts, frames, interval)


def test_a_still_clip_has_no_error_whatever_the_cut():
    frame = torch.rand(1, 3, 32, 48) * 2 - 1
    assert set(rated([frame] * 4)[1].values()) == {100.0}


def test_true_skip_connections_lift_the_ceiling_above_moved_pixels():
    cuts, found = rated(moving_clip(5))
    assert found.keys() == {PIXELS, *cuts}
    deepest = max(cuts, key=lambda cut: cut.start)
    assert 100 > found[deepest] > found[PIXELS] > 5


def test_a_clip_of_which_no_frame_is_skipped_is_refused():
    with pytest.raises(ValueError, match="the clip has 1 frame, and at an interval of 3 none is skipped"):
        rated(moving_clip(1))
