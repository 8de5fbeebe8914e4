import pytest
import torch

from models.ops.deformable import deform_conv
from models.ops.warp import warp
from models.shortcut.alignment import halve
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.init import GATE, initialise
from models.shortcut.matching import match_blocks, pyramid
from tests.helpers.moving import SMALL, features, full_size
from tests.helpers.textures import texture

SHAPES = [{}, {"num_dg": 2}, {"num_dg": 4, "g_layers": 2}, {"adabd_dilation": 2}, {"l_layers": 2, "f_ch": 9}]


def fresh(**arguments):
    torch.manual_seed(0)
    return initialise(FullSizeBlock(**{**SMALL, **arguments}))


def as_matched(a_ref, a_cur):
    """What block matching alone says, (dx, dy) in feature pixels of even sizes."""
    found = match_blocks(pyramid(halve(a_cur)), pyramid(halve(a_ref)))
    return 2 * torch.nn.functional.interpolate(found, scale_factor=2, mode="bilinear")


def scene(shift=(0, 0), channels=6, size=(48, 64), margin=16):
    """(a, f) of a smooth random scene that has moved by `shift`, (dx, dy) pixels."""
    dx, dy = shift
    maps = [texture(size[0] + 2 * margin, size[1] + 2 * margin, seed) for seed in range(4)]
    maps = [x[..., margin + dy : margin + dy + size[0], margin + dx : margin + dx + size[1]] for x in maps]
    return torch.cat(maps[:2], 1), torch.cat(maps[2:], 1)


@pytest.mark.parametrize("arguments", SHAPES, ids=str)
@pytest.mark.parametrize("size", [(10, 14), (7, 9), (1, 2)], ids=str)
def test_shapes_are_those_of_the_inputs(arguments, size):
    late = arguments.get("f_ch", 6)
    (feature, mask, aligned), pixels = full_size(**arguments).with_pixels(*features(size=size, late=late))
    assert feature.shape == aligned.shape == (2, late, *size)
    assert mask.shape == (2, 9 * arguments.get("num_dg", 1), *size)
    assert pixels.displacement.shape == (2, 2, *size) and pixels.blend.shape == (2, 1, *size)
    assert all(0 <= share.min() and share.max() <= 1 for share in (mask, pixels.blend))


def test_a_fresh_block_first_shows_the_reference_moved_as_matching_says():
    block, inputs = fresh(), features()
    (feature, mask, aligned), pixels = block.with_pixels(*inputs)
    a_ref, a_cur, f_ref = inputs
    expected = warp(f_ref, as_matched(a_ref, a_cur))
    torch.testing.assert_close(aligned, expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(feature, torch.tensor(GATE).sigmoid() * expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(pixels.displacement, as_matched(a_ref, a_cur), atol=1e-3, rtol=0)
    assert (mask == 0.5).all() and (pixels.blend == 0.5).all()


@pytest.mark.parametrize("shift", [(4, 0), (-6, 2), (3, -5)], ids=str)
def test_a_picture_that_moves_is_found_and_followed(shift):
    (a_ref, f_ref), (a_cur, f) = scene(), scene(shift)
    feature, _, aligned = fresh()(a_ref, a_cur, f_ref)
    inner = (..., slice(8, -8), slice(8, -8))
    reuse = (f_ref - f)[inner].abs().mean()
    assert (aligned - f)[inner].abs().mean() < 0.2 * reuse
    assert (feature - f)[inner].abs().mean() < 0.25 * reuse


def test_every_offset_shows_in_what_is_read():
    """With offsets that are the same everywhere, all three ways that lead from the reference move alike."""
    block, inputs = fresh(), features(size=(12, 16))
    same = [inputs[0], inputs[0], inputs[2]]  # a still picture: matching finds next to nothing
    with torch.no_grad():
        block.global_offset.to_offset.bias.copy_(torch.tensor([1.0, -0.5]))  # (dx, dy), at half resolution
        block.generator.to_offset_mask.bias[0:18:2] = 2.0  # dy of every tap
    _, _, aligned = block(*same)
    pixels = block.with_pixels(*same)[1]
    expected = as_matched(*same[:2]) + torch.tensor([2.0, -1.0 + 2.0]).view(1, 2, 1, 1)
    torch.testing.assert_close(pixels.displacement, expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(aligned, warp(inputs[2], expected), atol=1e-4, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("logit", [-100.0, 100.0])
def test_corrections_come_from_the_frame_that_the_mask_names(logit):
    block, (a_ref, a_cur, f_ref) = fresh(), features()
    block.to_gate.bias.fill_(-100.0)  # corrections alone
    block.reconstruct.weight.normal_()
    block.generator.to_offset_mask.bias[18:].fill_(logit)
    small_f, small_a = block.reduce_f(f_ref).relu(), block.reduce_a(a_cur).relu()
    still = torch.zeros(2, 18, 10, 14)
    if logit > 0:
        seen = deform_conv(small_a, still, block.adabd.weight, backend="reference")
    else:
        by = as_matched(a_ref, a_cur)
        seen = deform_conv(small_f, still, block.adabd.weight, shift=by, backend="reference")
    torch.testing.assert_close(block(a_ref, a_cur, f_ref).feature, block.reconstruct(seen), atol=1e-4, rtol=1e-4)


def test_outside_training_there_is_no_aligned_map_and_the_rest_is_the_same():
    block = full_size()
    (trained, trained_pixels), (used, pixels) = (block.train(mode).with_pixels(*features()) for mode in (True, False))
    assert used.aligned is None
    torch.testing.assert_close(used.feature, trained.feature)
    assert torch.equal(used.mask, trained.mask)
    assert all(torch.equal(a, b) for a, b in zip(pixels, trained_pixels, strict=True))


@pytest.mark.parametrize("training", [True, False])
def test_nothing_is_written_into_the_inputs(training):
    inputs, block = features(), full_size().train(training)
    before = [x.clone() for x in inputs]
    with torch.set_grad_enabled(training):
        block(*inputs)
    assert all(torch.equal(x, b) for x, b in zip(inputs, before, strict=True))


@pytest.mark.parametrize("arguments", [{}, {"num_dg": 2, "f_ch": 9}], ids=str)
def test_every_parameter_receives_gradient_after_a_step_from_the_start(arguments):
    block = fresh(**arguments)
    optimizer = torch.optim.Adam(block.parameters(), 1e-2)
    inputs = features(late=arguments.get("f_ch"))
    y, y_ref = torch.randn(2, 2, 3, 20, 28)
    for _ in range(2):
        prediction, pixels = block.with_pixels(*inputs)
        painted = pixels.paint(y, y_ref)
        optimizer.zero_grad()
        sum((x - 1).square().mean() for x in (prediction.feature, prediction.aligned, painted)).backward()
        optimizer.step()
    assert not [name for name, p in block.named_parameters() if p.grad is None or p.grad.abs().sum() == 0]


def test_the_mask_does_not_train_the_global_offset():
    block = full_size()
    block(*features()).mask.sum().backward()
    assert all(p.grad is None for p in block.global_offset.parameters())
    assert block.generator.to_offset_mask.weight.grad.abs().sum() > 0


def test_frames_of_a_batch_do_not_see_each_other():
    block = full_size(num_dg=2).eval()
    alone = [block(*(x[i : i + 1] for x in features())).feature for i in range(2)]
    torch.testing.assert_close(block(*features()).feature, torch.cat(alone), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("backend", ["reference", "cpu", "torchvision"])
def test_training_can_be_made_to_use_any_backend(backend):
    block = full_size(num_dg=2)
    expected = block(*features())
    block.use_backend(backend)
    for found, wanted in zip(block(*features()), expected, strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_the_configuration_builds_the_block_again():
    block = full_size(num_dg=2, adabd_dilation=2, f_ch=9)
    again = FullSizeBlock(**{name: value for name, value in block.config.items() if name != "block"})
    again.load_state_dict(block.state_dict(), strict=True)
    assert torch.equal(again(*features(late=9)).feature, block(*features(late=9)).feature)
    assert again.config == block.config and block.config["block"] == "full_size"
