import copy
from pathlib import Path

import pytest
import torch

from models.evaluation.cost import count_macs
from models.shortcut import official
from models.shortcut.block import ShortcutBlock
from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.inference import optimize
from scripts.published_way import published_way
from tests.golden import check as golden
from tests.golden.compare import params
from util import checkpoint

ROOT = Path(__file__).resolve().parents[3]
TOLERANCE = 1e-4  # of the largest value
SHAPES = [{}, {"num_dg": 2}, {"num_dg": 2, "offset_g_size": 3}, {"adabd_dilation": 2}, {"g_layers": 1, "l_layers": 1}]


def features(n=1, channels=6, size=(10, 14)):
    return tuple(torch.randn(3, n, channels, *size))


def moving(**arguments):
    """A block with offsets of a few pixels and masks all over (0, 1)."""
    block = ShortcutBlock(**{"feat_ch": 6, "h_dim": 8, "g_layers": 2, "l_layers": 2, **arguments}).eval()
    with torch.no_grad():
        block.generator.to_offset_mask.weight *= 10
        block.alignment.to_offset.weight *= 10
    return block


def off_by(found, expected):
    return float((found - expected).abs().max() / expected.abs().max())


def predicted(block, a_ref, a_cur, f_ref, backend="auto"):
    fast = optimize(block, backend)
    return fast(fast.prepare(a_ref, f_ref), a_cur)


@torch.no_grad()
def assert_same(block, inputs, backend="auto"):
    expected, found = block.eval()(*inputs), predicted(block, *inputs, backend)
    assert found.aligned is None and found.feature.shape == expected.feature.shape
    assert off_by(found.feature, expected.feature) < TOLERANCE
    assert off_by(found.mask, expected.mask) < TOLERANCE


@pytest.mark.parametrize("arguments", SHAPES, ids=str)
@pytest.mark.parametrize("size", [(10, 14), (7, 9), (1, 2)], ids=str)
def test_it_predicts_what_the_block_predicts(arguments, size):
    assert_same(moving(**arguments), features(n=2, size=size))


@pytest.mark.parametrize("backend", ["reference", "cpu", "torchvision"])
@pytest.mark.parametrize("arguments", SHAPES[:3], ids=str)
def test_whatever_computes_the_deformable_convolutions(arguments, backend):
    assert_same(moving(**arguments), features(), backend)


@pytest.mark.parametrize("name", ["shortcut_block", "shortcut_block_l1"])
def test_it_reproduces_the_published_block(name):
    data = golden.read(ROOT / "tests" / "golden" / f"{name}.npz")
    found = predicted(official.from_published(params(data)), data["a_ref"], data["a_cur"], data["f_ref"])
    assert off_by(found.feature, data["feature"]) < TOLERANCE and off_by(found.mask, data["mask"]) < TOLERANCE


def test_it_predicts_what_a_trained_block_predicts():
    state = checkpoint.load(ROOT / "tests" / "fixtures" / "earlier" / "v2c.pth")
    block = from_checkpoint(state, state["teacher"], tuple(state["split"]), {})
    assert_same(block, features(channels=block.config["feat_ch"], size=(32, 64)))


@pytest.mark.parametrize("arguments", SHAPES, ids=str)
@torch.no_grad()
def test_both_equal_the_published_way(arguments):
    block, inputs = moving(**arguments), features(n=2, size=(7, 9))
    expected = published_way(block, *inputs)
    assert off_by(block(*inputs).feature, expected) < TOLERANCE
    assert off_by(predicted(block, *inputs).feature, expected) < TOLERANCE


def test_another_form_has_no_published_way():
    with pytest.raises(ValueError, match="only a block of form published .* got one of form full_size"):
        published_way(FullSizeBlock(6, 8), *features())


@pytest.mark.parametrize("image_ch", [0, 3])
@pytest.mark.parametrize("size", [(10, 14), (7, 9)], ids=str)
def test_late_features_of_other_channels_and_an_image_among_them(image_ch, size):
    a_ref, a_cur, _ = features(size=size)
    assert_same(moving(f_ch=5, image_ch=image_ch), (a_ref, a_cur, torch.randn(1, 5, *size)))


def test_one_reference_serves_many_frames_and_is_left_alone():
    block = moving()
    a_ref, _, f_ref = features()
    fast = optimize(block)
    reference = fast.prepare(a_ref, f_ref)
    before = copy.deepcopy(reference)
    for a_cur in (features()[1], a_ref):
        kept = a_cur.clone()
        with torch.no_grad():
            expected = block(a_ref, a_cur, f_ref).feature
        assert off_by(fast(reference, a_cur).feature, expected) < TOLERANCE and torch.equal(a_cur, kept)
    assert all(torch.equal(x, y) for x, y in zip(reference, before, strict=True))


def test_it_shares_nothing_with_the_block():
    block, inputs = moving(), features()
    fast = optimize(block)
    before = fast(fast.prepare(inputs[0], inputs[2]), inputs[1]).feature
    with torch.no_grad():
        for p in block.parameters():
            p.zero_()
    assert torch.equal(fast(fast.prepare(inputs[0], inputs[2]), inputs[1]).feature, before)
    assert not before.requires_grad and not any(p.requires_grad for p in fast.parameters())


@torch.no_grad()
def test_in_bfloat16_it_stays_near():
    block, inputs = ShortcutBlock(6, 8).eval(), features()
    fast = optimize(block).to(torch.bfloat16)
    a_ref, a_cur, f_ref = (x.bfloat16() for x in inputs)
    found = fast(fast.prepare(a_ref, f_ref), a_cur).feature
    assert found.dtype == torch.bfloat16 and off_by(found.float(), block(*inputs).feature) < 0.05


def test_a_skipped_frame_leaves_out_what_only_the_reference_decides():
    block, inputs = ShortcutBlock(128, 64).eval(), features(channels=128, size=(16, 32))
    fast = optimize(block)
    reference = fast.prepare(inputs[0], inputs[2])
    full, half = 16 * 32, 8 * 16
    layer = 64 * 64 * (1 + 9 / 4)  # a folded HetConv, 64 -> 64
    generators = half * (128 * 64 + 9 * 64 * 32 + layer + 64 * 2) + full * (4 * layer + 64 * 27)
    others = full * (2 * 128 * 64 + 9 * 64 * 64)  # reduction, reconstruction, AdaBD
    assert count_macs(fast, reference, inputs[1]) == generators + others


@pytest.mark.parametrize("arguments", SHAPES, ids=str)
@pytest.mark.parametrize("size", [(10, 14), (7, 9)], ids=str)
def test_it_tells_the_mask_and_where_the_reference_is_read(arguments, size):
    block, inputs = moving(**arguments), features(n=2, size=size)
    shift(block.alignment.to_offset, block.alignment.to_offset.out_channels, dy=1.0, dx=-2.0)  # at half resolution
    shift(block.generator.to_offset_mask, 18 * block.config["num_dg"], dy=0.5, dx=0.25)
    fast = optimize(block)
    reference = fast.prepare(inputs[0], inputs[2])
    inside = fast.explain(reference, inputs[1])
    height, width = size
    dx = -2.0 * width / ((width + 1) // 2) + 0.25
    dy = 1.0 * height / ((height + 1) // 2) + 0.5
    expected = torch.tensor([dx, dy]).view(1, 2, 1, 1).expand(2, 2, *size)
    torch.testing.assert_close(inside.displacement, expected, atol=1e-5, rtol=0)
    assert torch.equal(inside.mask, fast(reference, inputs[1]).mask)


@torch.no_grad()
def shift(to_offset, channels, dy, dx):
    """The same offset for every tap and pixel; what comes after these channels, the mask, stays as it is."""
    to_offset.weight[:channels] = 0
    to_offset.bias[:channels] = torch.tensor([dy, dx]).repeat(channels // 2)
