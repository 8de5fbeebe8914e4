"""The reference's features where nothing moves, predictions elsewhere."""

import torch

from models.shortcut.block import ShortcutBlock
from models.shortcut.hold import EDGE, WINDOW, hold
from tests.helpers.tiny import vtoonify_block


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
    plain, holding = block.for_inference(), block.for_inference(hold=0.1)
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
    plain, holding = block.for_inference(), block.for_inference(hold=0.1)
    torch.testing.assert_close(holding(holding.prepare(a, f_ref), a.clone()).feature, f_ref)
    assert not torch.allclose(plain(plain.prepare(a, f_ref), a).feature[:, -3:], f_ref[:, -3:], atol=1e-3)
