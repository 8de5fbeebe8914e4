"""The C loops against plain torch."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from models.ops import cpu, native, reference
from models.ops.deformable import convolve, deform_conv, expand_to_taps, read_convolved
from models.ops.warp import add_warped, paint, shift_costs, warp

pytestmark = [
    pytest.mark.skipif(not native.available(), reason="needs a C compiler: install gcc or clang"),
    pytest.mark.filterwarnings("error"),
]
LAYOUTS = [torch.contiguous_format, torch.channels_last]


@pytest.fixture(autouse=True, params=[1, 2], ids=["one thread", "two threads"])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


def problem(n=2, c=8, out=8, size=(9, 13), groups=1, taps=9, reach=3.0):
    """Offset and mask are parts of one map that lies channels-last, as a network makes them."""
    h, w = size
    both = torch.randn(n, groups * (2 * taps + 9), h, w).contiguous(memory_format=torch.channels_last)
    return {
        "feature": torch.randn(n, 2 * c, h, w).contiguous(memory_format=torch.channels_last)[:, c:],
        "offset": (both * reach)[:, : 2 * groups * taps],
        "weight": torch.randn(out, c, 3, 3) / c,
        "current": torch.randn(n, c, h, w),
        "mask": both.sigmoid()[:, 2 * groups * taps :],
        "shift": torch.randn(n, 2, h, w),
    }


def assert_like_reference(inputs, tolerance=1e-5, **arguments):
    with FlopCounterMode(display=False) as counter:
        found = deform_conv(**inputs, backend="native", **arguments)
    n, _, h, w = inputs["feature"].shape
    assert counter.get_total_flops() == 2 * n * h * w * inputs["weight"].numel()  # and it ran here
    expected = deform_conv(**{k: v.float() for k, v in inputs.items()}, backend="reference", **arguments)
    assert found.dtype == inputs["feature"].dtype
    torch.testing.assert_close(found.float(), expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 1), (4, 2), (1, 2)])
def test_groups_and_dilations(groups, dilation):
    assert_like_reference(problem(groups=groups), groups=groups, dilation=dilation)


@pytest.mark.parametrize("c,out,groups", [(4, 4, 1), (6, 5, 2), (20, 36, 1), (32, 16, 4), (48, 48, 1), (128, 128, 2)])
def test_channels_need_not_fill_vectors(c, out, groups):
    assert_like_reference(problem(1, c, out, (5, 6), groups), groups=groups)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 2), (3, 25), (17, 31)])
def test_any_size(size):
    assert_like_reference(problem(size=size), dilation=2)


def test_one_displacement_for_all_taps_with_a_blend():
    assert_like_reference(problem(groups=2, taps=1), groups=2)


@pytest.mark.parametrize("missing", [["shift"], ["current", "mask"], ["current", "mask", "shift"]], ids=str)
def test_what_is_optional_may_be_missing(missing):
    assert_like_reference({k: v for k, v in problem().items() if k not in missing})


@pytest.mark.parametrize("dtype,tolerance", [(torch.bfloat16, 0.02), (torch.float16, 2e-3)])
def test_half_precision_is_only_that_of_inputs_and_outputs(dtype, tolerance):
    assert_like_reference({k: v.to(dtype) for k, v in problem().items()}, tolerance)


@pytest.mark.parametrize("far", [1e12, -1e12, float("inf"), float("-inf"), 12.9999, -1.0001])
def test_what_lies_outside_is_zero(far):
    inputs = problem()
    inputs["offset"] = torch.full_like(inputs["offset"], far)
    del inputs["shift"]
    assert_like_reference(inputs)


@pytest.mark.parametrize("axis", [0, 1], ids=["dy", "dx"])
@pytest.mark.parametrize("place", [(0, 0), (4, 6), (8, 12)], ids=str)
def test_a_nan_offset_gives_nan_there_and_nowhere_else(axis, place):
    inputs, (y, x) = problem(), place
    inputs["offset"][0, 8 + axis, y, x] = float("nan")
    out = deform_conv(**inputs, backend="native")
    assert out[0, :, y, x].isnan().all() and out.isnan().sum() == out.shape[1]


@pytest.mark.parametrize("groups", [1, 2])
def test_reading_what_was_convolved(groups):
    feature, weight = torch.randn(2, 4, 6, 7), torch.randn(3, 4, 3, 3)
    offset = torch.randn(2, 2 * groups, 6, 7) * 5
    offset[0, :, 1, 1] = torch.tensor([1e12, float("-inf")] * groups)
    expected = reference.deform_conv(feature, expand_to_taps(offset, groups, 9), weight, groups, 2)
    found = read_convolved(convolve(feature, weight, groups, 2), offset, "native")
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_nan_where_convolved_maps_are_read_gives_nan():
    offset = torch.zeros(1, 2, 5, 6)
    offset[0, 0, 2, 3] = float("nan")
    out = read_convolved(convolve(torch.randn(1, 4, 5, 6), torch.randn(3, 4, 3, 3), 1, 1), offset, "native")
    assert out[0, :, 2, 3].isnan().all() and out.isnan().sum() == 3


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("c,size", [(3, (7, 300)), (20, (5, 6)), (1, (1, 1))])
def test_moved_images(c, size, layout):
    image = torch.randn(2, c, *size).contiguous(memory_format=layout)
    by = torch.randn(2, 2, *size) * 4
    by[0, :, 0, 0] = torch.tensor([1e9, float("-inf")])
    found = warp(image, by, "native")
    torch.testing.assert_close(found, warp(image, by, "reference"), atol=1e-3, rtol=1e-3)
    assert found.is_contiguous(memory_format=layout)


def test_a_nan_displacement_reads_within_the_image():
    image, by = torch.rand(1, 3, 4, 5), torch.full((1, 2, 4, 5), float("nan"))
    assert torch.equal(warp(image, by, "native"), warp(image, by, "reference"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_added_images(layout, dtype):
    feature, image = (torch.randn(2, 20, 5, 30).contiguous(memory_format=layout).to(dtype) for _ in range(2))
    by, gate = torch.randn(2, 2, 5, 30).to(dtype), torch.rand(2, 1, 5, 30).to(dtype)
    expected = add_warped(feature.clone(), image, by, gate, "reference")
    found = add_warped(feature, image, by, gate, "native")
    assert found is feature
    torch.testing.assert_close(found, expected, atol=1e-4 if dtype == torch.float32 else 0.05, rtol=0.02)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize(
    "size,small", [((16, 24), (4, 6)), ((15, 23), (8, 12)), ((5, 7), (5, 7)), ((3, 500), (2, 125))]
)
def test_painted_images(size, small, layout):
    y, y_ref = (torch.randn(2, 3, *size).contiguous(memory_format=layout) for _ in range(2))
    by, blend = torch.randn(2, 2, *small), torch.rand(2, 1, *small)
    found = paint(y, y_ref, by, blend, "native")
    torch.testing.assert_close(found, paint(y, y_ref, by, blend, "reference"), atol=1e-3, rtol=1e-3)


def test_a_blend_of_zero_leaves_the_image():
    y, y_ref = torch.randn(1, 3, 8, 8), torch.randn(1, 3, 8, 8)
    painted = paint(y, y_ref, torch.randn(1, 2, 4, 4), torch.zeros(1, 1, 4, 4), "native")
    assert torch.equal(painted, y) and painted is not y


@pytest.mark.parametrize("c,size", [(1, (3, 4)), (20, (5, 7)), (64, (1, 1)), (128, (6, 9))])
def test_costs_of_shifts(c, size):
    current, there = torch.randn(2, c, *size), torch.randn(2, c, *size).contiguous(memory_format=torch.channels_last)
    found = shift_costs(current, there, "native")
    torch.testing.assert_close(found, shift_costs(current, there, "reference"), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("change", [{"dtype": torch.float64}, {"requires_grad": True}], ids=str)
def test_what_it_does_not_take_is_computed_by_cpu(change):
    inputs = {k: v.detach().to(change.get("dtype", v.dtype)) for k, v in problem().items()}
    inputs["offset"].requires_grad_(change.get("requires_grad", False))
    found = deform_conv(**inputs, backend="native")
    moves = (inputs["offset"].unflatten(1, (-1, 2)) + inputs["shift"].flip(1)[:, None]).flatten(1, 2)
    rest = inputs["weight"], 1, 1, inputs["current"], inputs["mask"]
    assert torch.equal(found, cpu.deform_conv(inputs["feature"], moves, *rest))
    assert found.requires_grad == inputs["offset"].requires_grad


def test_larger_kernels_are_computed_by_cpu():
    inputs = {**problem(n=1), "weight": torch.randn(3, 8, 5, 5)}
    inputs |= {"offset": torch.randn(1, 50, 9, 13), "mask": torch.rand(1, 25, 9, 13)}
    expected = deform_conv(**inputs, backend="reference")
    torch.testing.assert_close(deform_conv(**inputs, backend="native"), expected, atol=1e-3, rtol=1e-3)
