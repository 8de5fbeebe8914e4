import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from models.shortcut import BLOCKS
from models.shortcut.block import ShortcutBlock
from models.shortcut.inference import optimize
from models.shortcut.init import initialise

SMALL = {"feat_ch": 6, "h_dim": 8, "g_layers": 1, "l_layers": 1}


def features(n=2, size=(10, 14), channels=6):
    g = torch.Generator().manual_seed(0)
    return tuple(torch.randn(3, n, channels, *size, generator=g))


def moving(**arguments):
    """A block with offsets of a few pixels and masks all over (0, 1)."""
    torch.manual_seed(0)
    block = ShortcutBlock(**{**SMALL, **arguments})
    with torch.no_grad():
        block.generator.to_offset_mask.weight *= 10
        block.alignment.to_offset.weight *= 10
    return block


@pytest.mark.parametrize(
    "arguments",
    [{}, {"num_dg": 2}, {"num_dg": 4, "offset_g_size": 3}, {"adabd_dilation": 2}, {"g_layers": 3, "l_layers": 2}],
    ids=str,
)
@pytest.mark.parametrize("size", [(10, 14), (7, 9), (1, 2)], ids=str)
def test_shapes_are_those_of_the_inputs(arguments, size):
    block = moving(**arguments)
    feature, mask, aligned = block(*features(size=size))
    assert feature.shape == aligned.shape == (2, 6, *size)
    assert mask.shape == (2, 9 * arguments.get("num_dg", 1), *size)
    assert 0 <= mask.min() and mask.max() <= 1


def test_outside_training_there_is_no_aligned_map_and_the_rest_is_the_same():
    block = moving()
    trained, used = block.train()(*features()), block.eval()(*features())
    assert used.aligned is None
    assert torch.equal(trained.feature, used.feature) and torch.equal(trained.mask, used.mask)


def test_nothing_is_written_into_the_inputs():
    inputs = features()
    before = [x.clone() for x in inputs]
    moving()(*inputs)
    assert all(torch.equal(x, b) for x, b in zip(inputs, before, strict=True))


def test_every_parameter_receives_gradient():
    block = moving(num_dg=2)
    feature, _, aligned = block(*features())
    (feature.square().mean() + aligned.square().mean()).backward()
    assert not [name for name, p in block.named_parameters() if p.grad is None or p.grad.abs().sum() == 0]


def test_the_mask_does_not_train_the_global_alignment():
    block = moving()
    block(*features()).mask.sum().backward()
    assert block.alignment.weight.grad is None and block.generator.to_offset_mask.weight.grad.abs().sum() > 0


def test_frames_of_a_batch_do_not_see_each_other():
    block = moving(num_dg=2).eval()
    alone = [block(*(x[i : i + 1] for x in features())).feature for i in range(2)]
    torch.testing.assert_close(block(*features()).feature, torch.cat(alone), atol=1e-6, rtol=1e-5)


def test_its_multiplications_are_seen_by_the_flop_counter():
    """At published size: convolutions as published, AdaBD once instead of twice, the alignment with a rim around."""
    block = ShortcutBlock(feat_ch=128, h_dim=64).eval()
    inputs = features(n=1, size=(16, 32), channels=128)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        block(*inputs)
    full, half = 16 * 32, 8 * 16
    hetconv = lambda c_in: 64 * c_in * (9 + 1) // 4 + 64 * c_in  # noqa: E731
    generators = half * (hetconv(256) + hetconv(64) + 64 * 2) + full * (hetconv(128) + 2 * hetconv(64) + 64 * 27)
    others = full * 4 * 128 * 64  # three reductions and the reconstruction
    deformable = full * 64 * 64 * 9 + 2 * (8 + 2) * (16 + 2) * 64 * 64 * 9
    assert counter.get_total_flops() // 2 == generators + others + deformable


@pytest.mark.parametrize("backend", ["reference", "cpu", "torchvision"])
def test_training_can_be_made_to_use_any_backend(backend):
    block = moving(num_dg=2)
    expected = block(*features())
    block.use_backend(backend)
    for found, wanted in zip(block(*features()), expected, strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)


def test_a_backend_reaches_both_deformable_convolutions():
    block, (a_ref, a_cur, f_ref) = moving(), features(channels=8)
    block.use_backend("gpu")
    with pytest.raises(ValueError, match="got 'gpu'"):
        block.adabd(a_ref, a_cur, torch.zeros(2, 18, 10, 14), torch.zeros(2, 9, 10, 14))
    with pytest.raises(ValueError, match="got 'gpu'"):
        block.alignment(*features()[:2], a_ref, f_ref)


@pytest.mark.parametrize("image_ch", [0, 3])
def test_late_features_may_have_their_own_number_of_channels(image_ch):
    block = moving(f_ch=5, image_ch=image_ch)
    a_ref, a_cur, _ = features()
    feature, _, aligned = block(a_ref, a_cur, torch.randn(2, 5, 10, 14))
    assert feature.shape == aligned.shape == (2, 5, 10, 14)
    (feature.square().mean() + aligned.square().mean()).backward()
    assert not [name for name, p in block.named_parameters() if p.grad is None or p.grad.abs().sum() == 0]


@torch.no_grad()
def test_an_image_among_them_moves_as_far_as_the_offsets_say_and_is_corrected():
    block = moving(f_ch=5, image_ch=3)
    for to_offset in (block.alignment.to_offset, block.generator.to_offset_mask):
        to_offset.weight.zero_()
        to_offset.bias.zero_()
    block.alignment.to_offset.bias[0] = 0.5  # one pixel down, at half resolution
    block.generator.to_offset_mask.bias[1:18:2] = -2.0  # two pixels to the left
    block.reconstruct.weight.zero_()
    block.reconstruct.bias.fill_(0.25)
    a_ref, a_cur, _ = features()
    f_ref = torch.randn(2, 5, 10, 14)
    found = block(a_ref, a_cur, f_ref).feature
    torch.testing.assert_close(found[:, 2:, :-1, 2:], f_ref[:, 2:, 1:, :-2] + 0.25)
    assert (found[:, :2] == 0.25).all()


def test_the_configuration_builds_the_block_again():
    block = moving(num_dg=2, offset_g_size=3, adabd_dilation=2)
    again = ShortcutBlock(**block.config)
    again.load_state_dict(block.state_dict(), strict=True)
    assert torch.equal(again(*features()).feature, block(*features()).feature)


@pytest.mark.parametrize("form", BLOCKS)
@torch.no_grad()
def test_a_block_sees_the_first_channels_of_early_features_and_nothing_of_the_others(form):
    block = initialise(BLOCKS[form](6, 8, g_layers=1, l_layers=1), gain=1.0).eval()
    a_ref, a_cur, f_ref = torch.randn(3, 1, 6, 10, 14)
    longer = [torch.cat([a, torch.randn(1, 5, 10, 14)], 1) for a in (a_ref, a_cur)]
    expected = block(a_ref, a_cur, f_ref).feature
    torch.testing.assert_close(block(*longer, f_ref).feature, expected)
    fast, y = optimize(block, hold=1e-9), torch.randn(1, 3, 10, 14)
    found, _ = fast.with_pixels(fast.prepare(longer[0], f_ref, y), longer[1])
    torch.testing.assert_close(found.feature, expected, atol=1e-4, rtol=0)
    fast.explain(fast.prepare(longer[0], f_ref, y), longer[1])
