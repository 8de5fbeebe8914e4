import pytest
import torch

from models.ops.warp import add_moved, moved, paint


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_whole_pixels_move_exactly_and_the_border_is_repeated(dtype):
    image, by = torch.randn(2, 3, 5, 7).to(dtype), torch.zeros(2, 2, 5, 7)
    by[:, 0], by[:, 1] = 2.0, -1.0  # dx, dy
    out = moved(image, by.to(dtype))
    assert out.dtype == dtype
    torch.testing.assert_close(out[:, :, 1:, :-2], image[:, :, :-1, 2:])
    torch.testing.assert_close(out[:, :, 0, :-2], image[:, :, 0, 2:])


def test_half_a_pixel_is_the_mean_of_two():
    image, by = torch.randn(1, 1, 4, 6), torch.zeros(1, 2, 4, 6)
    by[:, 0] = 0.5
    torch.testing.assert_close(moved(image, by)[..., :-1], (image[..., :-1] + image[..., 1:]) / 2)


def test_the_displacement_receives_gradient():
    by = torch.zeros(1, 2, 4, 6, requires_grad=True)
    moved(torch.randn(1, 3, 4, 6), by).square().sum().backward()
    assert (by.grad[..., 1:-1, 1:-1] != 0).all()


def test_add_moved_is_the_gated_sum():
    feature, image, gate, by = (
        torch.randn(2, 4, 5, 7),
        torch.randn(2, 4, 5, 7),
        torch.rand(2, 1, 5, 7),
        torch.randn(2, 2, 5, 7),
    )
    expected = feature + gate * moved(image, by)
    torch.testing.assert_close(add_moved(feature.clone(), image, by, gate), expected)


def test_add_moved_writes_into_the_feature_only_where_no_gradient_is_needed():
    feature, image, by = torch.zeros(1, 2, 3, 4), torch.ones(1, 2, 3, 4), torch.zeros(1, 2, 3, 4)
    gate = torch.full((1, 1, 3, 4), 0.5, requires_grad=True)
    add_moved(feature, image, by, gate).sum().backward()
    assert feature.abs().max() == 0 and torch.equal(gate.grad, torch.full_like(gate, 2))
    with torch.no_grad():
        assert add_moved(feature, image, by, gate) is feature
    assert torch.equal(feature, torch.full_like(feature, 0.5))


@pytest.mark.parametrize("size,small", [((8, 12), (4, 6)), ((7, 11), (4, 6)), ((16, 24), (4, 6))])
def test_painting_moves_in_pixels_of_the_image(size, small):
    y, y_ref, by = torch.zeros(1, 3, *size), torch.randn(1, 3, *size), torch.zeros(1, 2, *small)
    by[:, 0], by[:, 1] = 1.5, -0.5  # of the small map
    whole = torch.tensor([1.5 * size[1] / small[1], -0.5 * size[0] / small[0]]).view(1, 2, 1, 1).expand(1, 2, *size)
    painted = paint(y, y_ref, by, torch.full((1, 1, *small), 0.25))
    torch.testing.assert_close(painted, 0.25 * moved(y_ref, whole))


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
        (lambda x: moved(x, torch.zeros(1, 2, 8, 7)), r"displacement must be \[1, 2, 8, 8\], got \[1, 2, 8, 7\]"),
        (
            lambda x: add_moved(x, x[:, :2], x[:, :2], x[:, :1]),
            r"image to move must be \[1, 3, 8, 8\].*got \[1, 2, 8, 8\]",
        ),
        (lambda x: add_moved(x, x, x[:, :2], x), r"gate must be \[1, 1, 8, 8\], got \[1, 3, 8, 8\]"),
        (lambda x: paint(x, x, x[:, :2, ::2], x[:, :1]), r"blend must be \[1, 1, 4, 8\], got \[1, 1, 8, 8\]"),
        (lambda x: moved(x, x[:, :2], "gpu"), "backend must be one of"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(torch.zeros(1, 3, 8, 8))
