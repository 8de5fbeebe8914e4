"""The graphs do what a translator does, frame by frame."""

import pytest
import torch

from models.export.graphs import example_arrays, graphs_of
from tests.helpers import tiny

SKIPPED = ("x", "a_ref", "f_ref", "y_ref")


@pytest.mark.parametrize("form", ["published", "full_size"])
def test_the_parts_and_the_whole_skipped_frame_agree(form):
    teacher, block = tiny.teacher(), tiny.block(form).eval()
    graphs, arrays = graphs_of(teacher, block), example_arrays(teacher, 16, 24)
    assert list(graphs) == ["head", "body", "tail", "block", "skipped_frame"]
    with torch.no_grad():
        y = graphs["skipped_frame"].module(*(arrays[name] for name in graphs["skipped_frame"].inputs))
        f, *pixels = graphs["block"].module(arrays["a_ref"], graphs["head"].module(arrays["x"]), arrays["f_ref"])
        painted = graphs["tail"].module(f)
    assert graphs["block"].outputs == (("f",) if form == "published" else ("f", "displacement", "blend"))
    assert graphs["skipped_frame"].inputs == (SKIPPED[:3] if form == "published" else SKIPPED)
    assert len(pixels) == len(graphs["block"].outputs) - 1
    if form == "published":
        torch.testing.assert_close(y, painted.clamp(-1, 1))
    reference = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.testing.assert_close(y, tiny.predicted(teacher, block, reference, arrays["x"]))


def test_hold_shows_the_reference_where_nothing_moves():
    teacher, block = tiny.teacher(), tiny.block().eval()
    arrays = example_arrays(teacher, 64, 96)
    with torch.no_grad():
        f = graphs_of(teacher, block, 0.5)["block"].module(arrays["a_ref"], arrays["a"], arrays["f_ref"])[0]
    assert torch.equal(f[..., 40:], arrays["f_ref"][..., 40:]) and not torch.equal(f, arrays["f_ref"])


def test_the_tail_of_a_vtoonify_takes_early_features_too():
    teacher = tiny.vtoonify("B")
    graph, arrays = graphs_of(teacher, tiny.vtoonify_block())["tail"], example_arrays(teacher, 16, 24)
    assert graph.inputs == ("f", "a") and graph.module(arrays["f"], arrays["a"]).shape == (1, 3, 64, 96)
