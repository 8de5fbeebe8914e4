import pytest
import torch

from models.ops.warp import SHIFTS, add_warped, paint, resize_displacement, shift_costs, warp


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_whole_pixels_move_exactly_and_the_border_is_repeated(dtype):
    image, by = torch.randn(2, 3, 5, 7).to(dtype), torch.zeros(2, 2, 5, 7)
    by[:, 0], by[:, 1] = 2.0, -1.0  # dx, dy
    out = warp(image, by.to(dtype))
    assert out.dtype == dtype
    torch.testing.assert_close(out[:, :, 1:, :-2], image[:, :, :-1, 2:])
    torch.testing.assert_close(out[:, :, 0, :-2], image[:, :, 0, 2:])


def test_half_a_pixel_is_the_mean_of_two():
    image, by = torch.randn(1, 1, 4, 6), torch.zeros(1, 2, 4, 6)
    by[:, 0] = 0.5
    torch.testing.assert_close(warp(image, by)[..., :-1], (image[..., :-1] + image[..., 1:]) / 2)


def test_the_displacement_receives_gradient():
    by = torch.zeros(1, 2, 4, 6, requires_grad=True)
    warp(torch.randn(1, 3, 4, 6), by).square().sum().backward()
    assert (by.grad[..., 1:-1, 1:-1] != 0).all()


def test_add_moved_is_the_gated_sum():
    feature, image, gate, by = (
        torch.randn(2, 4, 5, 7),
        torch.randn(2, 4, 5, 7),
        torch.rand(2, 1, 5, 7),
        torch.randn(2, 2, 5, 7),
    )
    expected = feature + gate * warp(image, by)
    torch.testing.assert_close(add_warped(feature.clone(), image, by, gate), expected)


def test_add_moved_writes_into_the_feature_only_where_no_gradient_is_needed():
    feature, image, by = torch.zeros(1, 2, 3, 4), torch.ones(1, 2, 3, 4), torch.zeros(1, 2, 3, 4)
    gate = torch.full((1, 1, 3, 4), 0.5, requires_grad=True)
    add_warped(feature, image, by, gate).sum().backward()
    assert feature.abs().max() == 0 and torch.equal(gate.grad, torch.full_like(gate, 2))
    with torch.no_grad():
        assert add_warped(feature, image, by, gate) is feature
    assert torch.equal(feature, torch.full_like(feature, 0.5))


@pytest.mark.parametrize("size,small", [((8, 12), (4, 6)), ((7, 11), (4, 6)), ((16, 24), (4, 6))])
def test_painting_moves_in_pixels_of_the_image(size, small):
    y, y_ref, by = torch.zeros(1, 3, *size), torch.randn(1, 3, *size), torch.zeros(1, 2, *small)
    by[:, 0], by[:, 1] = 1.5, -0.5  # of the small map
    whole = torch.tensor([1.5 * size[1] / small[1], -0.5 * size[0] / small[0]]).view(1, 2, 1, 1).expand(1, 2, *size)
    painted = paint(y, y_ref, by, torch.full((1, 1, *small), 0.25))
    torch.testing.assert_close(painted, 0.25 * warp(y_ref, whole))


def test_a_blend_of_zero_leaves_the_image():
    y, y_ref = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    assert torch.equal(paint(y, y_ref, torch.randn(2, 2, 4, 4), torch.zeros(2, 1, 4, 4)), y)


def test_painting_gives_gradients_to_all_it_reads():
    inputs = [torch.randn(1, 3, 8, 8), torch.randn(1, 3, 8, 8), torch.randn(1, 2, 4, 4), torch.rand(1, 1, 4, 4)]
    leaves = [x.requires_grad_() for x in inputs]
    paint(*leaves).square().sum().backward()
    assert all(x.grad.abs().max() > 0 for x in leaves)


@pytest.mark.parametrize(
    "call,message",
    [
        (lambda x: warp(x, torch.zeros(1, 2, 8, 7)), r"displacement must be \[1, 2, 8, 8\], got \[1, 2, 8, 7\]"),
        (
            lambda x: add_warped(x, x[:, :2], x[:, :2], x[:, :1]),
            r"image to warp must be \[1, 3, 8, 8\].*got \[1, 2, 8, 8\]",
        ),
        (lambda x: add_warped(x, x, x[:, :2], x), r"gate must be \[1, 1, 8, 8\], got \[1, 3, 8, 8\]"),
        (lambda x: paint(x, x, x[:, :2, ::2], x[:, :1]), r"blend must be \[1, 1, 4, 8\], got \[1, 1, 8, 8\]"),
        (lambda x: warp(x, x[:, :2], "gpu"), "backend must be one of"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.zeros(1, 3, 8, 8))


def test_the_cost_of_a_shift_is_the_mean_difference_from_the_pixel_it_leads_to():
    current, reference = torch.randn(2, 5, 4, 6), torch.randn(2, 5, 4, 6)
    costs = shift_costs(current, reference)
    assert costs.shape == (2, 9, 4, 6)
    for s, (dx, dy) in enumerate(SHIFTS):
        there = reference[:, :, 1 + dy : 3 + dy, 2 + dx : 4 + dx]
        torch.testing.assert_close(costs[:, s, 1:3, 2:4], (current[:, :, 1:3, 2:4] - there).abs().mean(1))


def test_costs_repeat_the_border():
    costs = shift_costs(torch.zeros(1, 1, 3, 4), torch.arange(12.0).view(1, 1, 3, 4))
    assert costs[0, SHIFTS.index((-1, -1)), 0, 0] == 0 and costs[0, SHIFTS.index((1, 1)), 2, 3] == 11
    assert costs[0, SHIFTS.index((1, -1)), 0, 0] == 1 and costs[0, SHIFTS.index((1, -1)), 2, 0] == 5


def test_costs_of_half_precision_are_summed_in_float32():
    current, reference = torch.randn(1, 64, 3, 4).bfloat16(), torch.randn(1, 64, 3, 4).bfloat16()
    expected = shift_costs(current.float(), reference.float())
    assert shift_costs(current, reference).dtype == torch.float32
    torch.testing.assert_close(shift_costs(current, reference), expected, atol=0.01, rtol=0.01)


def test_maps_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match=r"one shape, got \[1, 2, 3, 4\] and \[1, 2, 3, 3\]"):
        shift_costs(torch.zeros(1, 2, 3, 4), torch.zeros(1, 2, 3, 3))


@pytest.mark.parametrize("size", [(6, 8), (7, 9), (3, 4)], ids=str)
def test_a_displacement_counts_in_the_pixels_of_its_new_size(size):
    by = torch.tensor([1.0, -2.0]).view(1, 2, 1, 1).expand(1, 2, 3, 4)
    expected = torch.tensor([size[1] / 4, -2 * size[0] / 3]).view(1, 2, 1, 1).expand(1, 2, *size)
    torch.testing.assert_close(resize_displacement(by, size), expected)


def test_in_its_own_size_it_is_left_as_it_is():
    by = torch.randn(1, 2, 3, 4)
    assert resize_displacement(by, (3, 4)) is by
