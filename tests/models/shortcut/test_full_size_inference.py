import copy

import pytest
import torch

from models.evaluation.cost import count_macs
from models.ops.warp import warp
from models.shortcut.inference import optimize
from models.shortcut.matching import hold
from tests.helpers.moving import features, full_size

TOLERANCE = 1e-4  # of the largest value
SHAPES = [{}, {"num_dg": 2}, {"adabd_dilation": 2}, {"g_layers": 2, "l_layers": 2}, {"f_ch": 9}]


def off_by(found, expected):
    return float((found - expected).abs().max() / expected.abs().max())


def inputs(**settings):
    """a_ref, a_cur, f_ref and a picture four times as large."""
    a_ref, a_cur, f_ref = features(**settings)
    return a_ref, a_cur, f_ref, torch.randn(len(a_ref), 3, 4 * a_ref.shape[2], 4 * a_ref.shape[3])


@torch.no_grad()
def assert_same(block, given, backend="auto"):
    a_ref, a_cur, f_ref, y_ref = given
    fast = optimize(block, backend)
    reference = fast.prepare(a_ref, f_ref, y_ref)
    (expected, wanted), (found, pixels) = (
        block.eval().with_pixels(a_ref, a_cur, f_ref),
        fast.with_pixels(reference, a_cur),
    )
    assert found.aligned is None and torch.equal(reference.y, y_ref)
    for here, there in zip((*found[:2], *pixels), (*expected[:2], *wanted), strict=True):
        assert here.shape == there.shape and off_by(here, there) < TOLERANCE
    assert torch.equal(fast(reference, a_cur).feature, found.feature)


@pytest.mark.parametrize("arguments", SHAPES, ids=str)
@pytest.mark.parametrize("size", [(10, 14), (7, 9), (1, 2)], ids=str)
def test_it_predicts_what_the_block_predicts(arguments, size):
    assert_same(full_size(**arguments), inputs(size=size, late=arguments.get("f_ch")))


@pytest.mark.parametrize("backend", ["reference", "cpu", "native", "torchvision"])
@pytest.mark.parametrize("arguments", SHAPES[:3], ids=str)
def test_whatever_computes_the_deformable_convolution(arguments, backend):
    assert_same(full_size(**arguments), inputs(), backend)


@torch.no_grad()
@pytest.mark.parametrize("size", [(24, 32), (23, 31)], ids=str)
def test_a_block_holds_only_if_asked(size):
    block = full_size().eval()
    a_ref, a_cur, f_ref, y_ref = inputs(size=size)
    a_cur = torch.where(torch.arange(size[1]) < size[1] // 2, a_ref, a_cur)  # the left half stands still
    holding = optimize(block, hold=0.1)
    reference = holding.prepare(a_ref, f_ref, y_ref)
    expected = hold(block(a_ref, a_cur, f_ref).feature, f_ref, a_ref, a_cur, 0.1)
    assert off_by(holding(reference, a_cur).feature, expected) < TOLERANCE
    torch.testing.assert_close(holding(reference, a_ref).feature, f_ref)
    assert optimize(block).prepare(a_ref, f_ref, y_ref).a.numel() == 0


def test_one_reference_serves_many_frames_and_is_left_alone():
    block = full_size().eval()
    a_ref, a_cur, f_ref, y_ref = inputs()
    fast = optimize(block)
    reference = fast.prepare(a_ref, f_ref, y_ref)
    before = copy.deepcopy(reference)
    for frame in (a_cur, a_ref):
        kept = frame.clone()
        with torch.no_grad():
            expected = block(a_ref, frame, f_ref).feature
        assert off_by(fast(reference, frame).feature, expected) < TOLERANCE and torch.equal(frame, kept)
    assert all(torch.equal(x, y) for x, y in zip(reference, before, strict=True))


def test_it_shares_nothing_with_the_block():
    block, (a_ref, a_cur, f_ref, y_ref) = full_size(), inputs()
    fast = optimize(block)
    before = fast(fast.prepare(a_ref, f_ref, y_ref), a_cur).feature
    with torch.no_grad():
        for p in block.parameters():
            p.zero_()
    assert torch.equal(fast(fast.prepare(a_ref, f_ref, y_ref), a_cur).feature, before)
    assert not before.requires_grad and not any(p.requires_grad for p in fast.parameters())


def test_it_tells_the_mask_and_where_the_reference_is_read():
    block, (a_ref, a_cur, f_ref, y_ref) = full_size(), inputs()
    fast = optimize(block)
    reference = fast.prepare(a_ref, f_ref, y_ref)
    inside = fast.explain(reference, a_cur)
    prediction, aligned = fast(reference, a_cur), block.train()(a_ref, a_cur, f_ref).aligned
    assert torch.equal(inside.mask, prediction.mask)
    torch.testing.assert_close(warp(f_ref, inside.displacement), aligned, atol=1e-3, rtol=0)


@torch.no_grad()
def test_in_bfloat16_it_stays_near_and_keeps_positions_exact():
    block, given = full_size().eval(), inputs()
    for layer in (block.global_offset.to_offset, block.generator.to_offset_mask):
        layer.weight.mul_(0.05)  # rounded offsets of many pixels would lead to other noise
    a_ref, a_cur, f_ref = (x.bfloat16() for x in given[:3])
    fast = optimize(block).to(torch.bfloat16)
    reference = fast.prepare(a_ref, f_ref, given[3])
    found, pixels = fast.with_pixels(reference, a_cur)
    assert found.feature.dtype == torch.bfloat16 and pixels.displacement.dtype == torch.float32
    assert off_by(found.feature.float(), block(*given[:3]).feature) < 0.1
    assert pixels.paint(given[3], reference.y).dtype == torch.float32


def test_a_skipped_frame_leaves_out_what_only_the_reference_decides():
    block = full_size(feat_ch=128, h_dim=64, g_layers=2, l_layers=3)
    a_ref, a_cur, f_ref, y_ref = inputs(n=1, channels=128, size=(16, 32))
    fast = optimize(block)
    reference = fast.prepare(a_ref, f_ref, y_ref)
    full, half = 16 * 32, 8 * 16
    first = lambda c: 64 * c + 32 * 9 * c // 2  # noqa: E731  half of a folded HetConv's input, c channels: dense, 3 x 3
    whole = 64 * 64 * (1 + 9 / 4)  # a folded HetConv, 64 -> 64
    second = first(128) * half + first(64) * full  # what the moved reference adds to both first layers
    generators = half * (first(128) + whole + 64 * 2) + full * (first(64) + 2 * whole + 64 * (27 + 2))
    others = full * (2 * 128 * 64 + 9 * 64 * 64)  # reduction, reconstruction, AdaBD
    assert count_macs(fast, reference, a_cur) == generators + second + others
    assert count_macs(fast.prepare, a_ref, f_ref, y_ref) == full * 2 * 128 * 64
