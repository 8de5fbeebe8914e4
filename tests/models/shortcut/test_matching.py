import pytest
import torch

from models.evaluation.cost import count_macs
from models.shortcut.block import ShortcutBlock
from models.shortcut.inference import optimize
from models.shortcut.matching import EDGE, PASSES, WINDOW, hold, match_blocks, pyramid
from tests.helpers.textures import texture
from tests.helpers.tiny import vtoonify_block

REACH = 8  # pixels in which this file asks for a shift to be found: the sum of what the passes reach


def shifted_pair(dx, dy, size=(48, 64), margin=16):
    """Two cuts of one smooth picture: current(p) = reference(p + (dx, dy))."""
    whole = texture(size[0] + 2 * margin, size[1] + 2 * margin)
    cut = lambda x, y: whole[..., margin + y : margin + y + size[0], margin + x : margin + x + size[1]]  # noqa: E731
    return cut(dx, dy), cut(0, 0)


def found(current, reference):
    return match_blocks(pyramid(current), pyramid(reference))


@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (3, 2), (-4, 4), (6, -6), (7, 0)], ids=str)
@pytest.mark.parametrize("size", [(48, 64), (45, 61)], ids=str)
def test_a_shift_is_recovered_away_from_the_borders(shift, size):
    by = found(*shifted_pair(*shift, size))
    assert by.shape == (1, 2, *size)
    inner = by[..., 8:-8, 8:-8].flatten(2).median(2).values[0]
    torch.testing.assert_close(inner, torch.tensor(shift, dtype=torch.float32), atol=0.35, rtol=0.1)


def test_it_reaches_no_further_than_its_passes_together():
    assert sum((4, 2, 1)[level] for level in PASSES) == REACH
    noise = torch.randn(2, 1, 3, 32, 32)
    assert found(*noise).abs().max() <= REACH


def test_parts_that_move_apart_are_each_followed():
    left, reference = shifted_pair(2, 0)
    right, _ = shifted_pair(-2, 0)
    by = found(torch.cat([left[..., :32], right[..., 32:]], 3), reference)
    assert by[0, 0, 8:-8, 8:24].median().item() == pytest.approx(2, abs=0.35)
    assert by[0, 0, 8:-8, 40:-8].median().item() == pytest.approx(-2, abs=0.35)


def test_a_still_picture_does_not_move():
    current, reference = shifted_pair(0, 0)
    assert found(current, reference).abs().max() < 0.1


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_picture_without_anything_in_it_does_not_move(level):
    flat = torch.full((1, 4, 24, 32), level)
    assert found(flat, flat).abs().max() < 1e-3


def test_a_blank_frame_after_a_picture_gives_numbers():
    assert found(torch.zeros(1, 3, 48, 64), texture(48, 64)).isfinite().all()


def test_frames_of_a_batch_do_not_see_each_other():
    pairs = [shifted_pair(3, 1), shifted_pair(-2, 0)]
    together = found(*(torch.cat(maps) for maps in zip(*pairs, strict=True)))
    torch.testing.assert_close(together, torch.cat([found(*pair) for pair in pairs]), atol=1e-4, rtol=0)


def test_the_scale_of_the_features_does_not_matter():
    current, reference = shifted_pair(3, 1)
    torch.testing.assert_close(found(50 * current, 50 * reference), found(current, reference), atol=1e-3, rtol=0)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 5), (7, 9)], ids=str)
def test_small_and_odd_sizes_work(size):
    by = found(*torch.randn(2, 2, 4, *size))
    assert by.shape == (2, 2, *size) and by.isfinite().all()


def test_a_pyramid_goes_from_coarse_to_fine():
    a = torch.randn(1, 2, 10, 13)
    sizes = [tuple(level.shape[2:]) for level in pyramid(a)]
    assert sizes == [(3, 4), (5, 7), (10, 13)]
    torch.testing.assert_close(pyramid(a)[1][..., 0, 0], a[..., :2, :2].mean((2, 3)))
    torch.testing.assert_close(pyramid(a)[0][..., 2, 3], a[..., 8:, 12:].mean((2, 3)))


def test_nothing_of_it_is_learned_or_counted_as_a_multiplication():
    current, reference = (x.clone().requires_grad_() for x in shifted_pair(1, 0))
    assert not found(current, reference).requires_grad
    assert count_macs(found, current, reference) == 0


def maps():
    return torch.randn(4, 1, 4, 24, 32, generator=torch.Generator().manual_seed(0))


def test_where_nothing_has_changed_the_reference_is_shown():
    predicted, f_ref, a, _ = maps()
    torch.testing.assert_close(hold(predicted, f_ref, a, a.clone(), 0.1), f_ref)


def test_where_all_has_changed_the_prediction_is_shown():
    predicted, f_ref, a, _ = maps()
    torch.testing.assert_close(hold(predicted, f_ref, a, a + 10 * a.abs().mean(), 0.1), predicted)


def test_around_one_changed_pixel_the_prediction_is_shown_and_fades_out():
    predicted, f_ref, a, _ = maps()
    changed = a.clone()
    changed[..., 12, 16] += 10
    shown = hold(predicted, f_ref, a, changed, 0.1)
    inner, outer = WINDOW // 2 - EDGE // 2, WINDOW // 2 + EDGE // 2
    core = (..., slice(12 - inner, 12 + inner + 1), slice(16 - inner, 16 + inner + 1))
    torch.testing.assert_close(shown[core], predicted[core])
    far = torch.ones(24, 32, dtype=torch.bool)
    far[12 - outer : 12 + outer + 1, 16 - outer : 16 + outer + 1] = False
    torch.testing.assert_close(shown[..., far], f_ref[..., far])
    share = (shown - predicted)[0, 0, 12, 16 + inner + 1] / (f_ref - predicted)[0, 0, 12, 16 + inner + 1]
    assert 0 < share < 1


def test_the_threshold_is_relative_to_the_features_scale():
    predicted, f_ref, a, step = maps()
    one = hold(predicted, f_ref, a, a + 0.05 * step, 0.2)
    torch.testing.assert_close(hold(predicted, f_ref, 50 * a, 50 * (a + 0.05 * step), 0.2), one)
    assert not torch.allclose(one, predicted)


def test_one_changed_pixel_unsettles_all_whose_window_holds_it_also_at_the_border():
    a = torch.ones(1, 4, 20, 14)
    for row, column in ((0, 0), (3, 13), (19, 5), (10, 7)):
        changed = a.clone()
        changed[..., row, column] += 1
        shown = hold(torch.ones_like(a), torch.zeros_like(a), a, changed, 0.5)[0, 0]
        reach = WINDOW // 2 + EDGE // 2
        rows, columns = torch.meshgrid(torch.arange(20), torch.arange(14), indexing="ij")
        near = ((rows - row).abs() <= reach) & ((columns - column).abs() <= reach)
        assert torch.equal(shown > 0, near)


def test_a_block_holds_only_if_asked():
    torch.manual_seed(0)
    block = ShortcutBlock(4, 4).eval()
    a_ref, f_ref, a, _ = maps()
    plain, holding = optimize(block), optimize(block, hold=0.1)
    expected = block(a_ref, a, f_ref).feature
    torch.testing.assert_close(plain(plain.prepare(a_ref, f_ref), a).feature, expected, atol=1e-4, rtol=1e-4)
    reference = holding.prepare(a_ref, f_ref)
    torch.testing.assert_close(holding(reference, a_ref).feature, f_ref)
    torch.testing.assert_close(
        holding(reference, a).feature, hold(expected, f_ref, a_ref, a, 0.1), atol=1e-4, rtol=1e-4
    )
    assert plain.prepare(a_ref, f_ref).f.numel() == 0


def test_it_holds_the_image_among_the_late_features_too():
    block = vtoonify_block().eval()
    a, f_ref = torch.randn(1, 4, 24, 32), torch.randn(1, 7, 24, 32)
    plain, holding = optimize(block), optimize(block, hold=0.1)
    torch.testing.assert_close(holding(holding.prepare(a, f_ref), a.clone()).feature, f_ref)
    assert not torch.allclose(plain(plain.prepare(a, f_ref), a).feature[:, -3:], f_ref[:, -3:], atol=1e-3)
