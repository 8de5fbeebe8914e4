import pytest
import torch

from models.evaluation.cost import count_macs
from models.shortcut.matching import PASSES, matched, pyramid
from tests.helpers.textures import texture

REACH = 8  # pixels in which this file asks for a shift to be found: the sum of what the passes reach


def shifted_pair(dx, dy, size=(48, 64), margin=16):
    """Two cuts of one smooth picture: current(p) = reference(p + (dx, dy))."""
    whole = texture(size[0] + 2 * margin, size[1] + 2 * margin)
    cut = lambda x, y: whole[..., margin + y : margin + y + size[0], margin + x : margin + x + size[1]]  # noqa: E731
    return cut(dx, dy), cut(0, 0)


def found(current, reference):
    return matched(pyramid(current), pyramid(reference))


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
