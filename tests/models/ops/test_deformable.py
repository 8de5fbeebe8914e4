import pytest
import torch
import torch.nn.functional as F

from models.ops import reference
from models.ops.deformable import convolve, deform_conv, expand_to_taps, read_convolved

BACKENDS = ["reference", "cpu", "torchvision"]
DTYPE = torch.float64


def problem(seed=0, n=2, c=4, out=3, size=(6, 7), groups=1, reach=3.0, taps=9):
    """Random inputs; a reach of several pixels puts many samples across and far beyond the border."""
    g = torch.Generator().manual_seed(seed)
    h, w = size

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=DTYPE)

    return {
        "feature": normal(n, c, h, w),
        "offset": normal(n, groups * taps * 2, h, w) * reach,
        "weight": normal(out, c, 3, 3),
        "current": normal(n, c, h, w),
        "mask": torch.rand(n, groups * 9, h, w, generator=g, dtype=DTYPE),
    }


@pytest.mark.parametrize(("groups", "dilation"), [(1, 2), (2, 1)])
def test_larger_kernels_reach_further(groups, dilation):
    g = torch.Generator().manual_seed(0)
    feature, current, weight = (torch.randn(2, 4, *size, generator=g, dtype=DTYPE) for size in ((6, 7), (6, 7), (5, 5)))
    mask = torch.rand(2, groups * 25, 6, 7, generator=g, dtype=DTYPE)
    inputs = {"feature": feature, "offset": mask.repeat(1, 2, 1, 1), "weight": weight, "current": current, "mask": mask}
    found, expected = (
        deform_conv(**inputs, groups=groups, dilation=dilation, backend=backend) for backend in ("cpu", "reference")
    )
    torch.testing.assert_close(found, expected)


def with_gradients(inputs, **arguments):
    """The output and the gradient of a fixed random projection of it with respect to every input."""
    inputs = {k: v.clone().requires_grad_() for k, v in inputs.items()}
    out = deform_conv(**inputs, **arguments)
    direction = torch.randn(out.shape, generator=torch.Generator().manual_seed(9), dtype=DTYPE)
    (out * direction).sum().backward()
    return {"out": out.detach(), **{k: v.grad for k, v in inputs.items()}}


def assert_same(found, expected):
    for key, value in expected.items():
        torch.testing.assert_close(found[key], value, atol=1e-10, rtol=1e-10, msg=lambda m, key=key: f"{key}: {m}")


@pytest.mark.parametrize("blend", [True, False], ids=["blended", "plain"])
@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 1), (1, 2), (4, 3)])
@pytest.mark.parametrize("backend", ["cpu", "torchvision"])
def test_every_backend_gives_the_output_and_gradients_of_the_reference(backend, groups, dilation, blend):
    inputs = problem(groups=groups)
    if not blend:
        del inputs["current"], inputs["mask"]
    arguments = {"groups": groups, "dilation": dilation}
    expected = with_gradients(inputs, backend="reference", **arguments)
    assert_same(with_gradients(inputs, backend=backend, **arguments), expected)


@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_one_displacement_for_all_taps_equals_nine_equal_ones(backend, groups, dilation):
    inputs = problem(groups=groups, taps=1)
    del inputs["current"], inputs["mask"]
    n, _, h, w = inputs["offset"].shape
    found = with_gradients(inputs, backend=backend, groups=groups, dilation=dilation)
    nine = inputs["offset"].view(n, groups, 1, 2, h, w).repeat(1, 1, 9, 1, 1, 1).view(n, -1, h, w)
    expected = with_gradients({**inputs, "offset": nine}, backend="reference", groups=groups, dilation=dilation)
    expected["offset"] = expected["offset"].view(n, groups, 9, 2, h, w).sum(2).view(n, -1, h, w)
    assert_same(found, expected)


@pytest.mark.parametrize("groups,taps,blend", [(1, 9, True), (2, 9, False), (2, 1, False), (2, 1, True)])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_shift_is_added_to_every_offset_and_gets_its_gradient(backend, groups, taps, blend):
    inputs = problem(groups=groups, taps=taps)
    if not blend:
        del inputs["current"], inputs["mask"]
    shift = torch.randn(2, 2, 6, 7, generator=torch.Generator().manual_seed(3), dtype=DTYPE)
    found = with_gradients({**inputs, "shift": shift}, backend=backend, groups=groups)
    added = (inputs["offset"].unflatten(1, (-1, 2)) + shift.flip(1)[:, None]).flatten(1, 2)
    expected = with_gradients({**inputs, "offset": added}, backend="reference", groups=groups)
    expected["shift"] = expected["offset"].unflatten(1, (-1, 2)).sum(1).flip(1)
    assert_same(found, expected)


@pytest.mark.parametrize("taps", [1, 9])
@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_are_those_of_finite_differences(backend, taps):
    inputs = problem(n=1, c=2, out=2, size=(3, 4), groups=2, reach=1.5, taps=taps)
    values = [v.requires_grad_() for v in inputs.values()]

    def run(*values):
        return deform_conv(**dict(zip(inputs, values, strict=True)), groups=2, backend=backend)

    assert torch.autograd.gradcheck(run, values, nondet_tol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_motion_it_is_an_ordinary_convolution_of_the_blend(backend):
    inputs = problem(reach=0.0)
    inputs["mask"] = torch.full_like(inputs["mask"], 0.25)
    blend = 0.75 * inputs["feature"] + 0.25 * inputs["current"]
    expected = F.conv2d(blend, inputs["weight"], padding=2, dilation=2)
    torch.testing.assert_close(deform_conv(**inputs, dilation=2, backend=backend), expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_motion_the_offset_gradient_is_that_of_torchvision(backend):
    """Whole-pixel positions are where one-sided derivatives differ, and where training starts."""
    inputs = problem(reach=0.0)
    assert_same(with_gradients(inputs, backend=backend), with_gradients(inputs, backend="torchvision"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_offset_pair_is_dy_then_dx(backend):
    inputs = problem(reach=0.0)
    inputs["offset"][:, 0::2] = 2  # two pixels down
    inputs["mask"] = torch.zeros_like(inputs["mask"])
    found = deform_conv(**inputs, backend=backend)
    expected = F.conv2d(inputs["feature"], inputs["weight"], padding=1)
    torch.testing.assert_close(found[:, :, :-3], expected[:, :, 2:-1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_samples_far_outside_read_zero(backend):
    inputs = problem()
    inputs["offset"] = torch.full_like(inputs["offset"], 1e12)
    inputs["mask"] = torch.zeros_like(inputs["mask"])
    assert deform_conv(**inputs, backend=backend).abs().max() == 0


@pytest.mark.parametrize("taps", [1, 9])
@pytest.mark.parametrize("axis", [0, 1], ids=["dy", "dx"])
@pytest.mark.parametrize("backend", ["reference", "cpu"])
def test_a_nan_offset_gives_nan_and_no_crash(backend, axis, taps):
    inputs = problem(size=(6, 6), taps=taps)  # a width whose wrapped-around index does not land inside by luck
    inputs["offset"][0, axis, 2, 3] = float("nan")
    out = deform_conv(inputs["feature"], inputs["offset"], inputs["weight"], backend=backend)
    assert out[0, :, 2, 3].isnan().all() and out[1].isfinite().all()


def test_nothing_is_written_into_the_inputs():
    inputs = problem()
    before = {k: v.clone() for k, v in inputs.items()}
    deform_conv(**inputs)
    assert all(torch.equal(inputs[k], before[k]) for k in inputs)


@pytest.mark.parametrize("backend", ["reference", "cpu"])
def test_half_precision_positions_stay_exact(backend):
    inputs = {k: v.to(torch.bfloat16) for k, v in problem(c=1, size=(2, 400), reach=0.0).items()}
    found = deform_conv(**inputs, backend=backend)
    expected = deform_conv(**{k: v.float() for k, v in inputs.items()}, backend="reference")
    torch.testing.assert_close(found.float(), expected, atol=0.1, rtol=0.02)


@pytest.mark.parametrize(
    "change,message",
    [
        ({"offset": torch.zeros(2, 18, 6, 6)}, r"must be \[2, 18, 6, 7\] or \[2, 2, 6, 7\].*got \[2, 18, 6, 6\]"),
        ({"mask": torch.zeros(2, 8, 6, 7)}, r"mask must be \[2, 9, 6, 7\], got \[2, 8, 6, 7\]"),
        ({"mask": None}, "both or neither"),
        ({"current": torch.zeros(2, 4, 6, 6)}, "current must have the shape"),
        ({"weight": torch.zeros(3, 4, 2, 2)}, "k odd"),
        ({"shift": torch.zeros(2, 2, 6, 6)}, r"shift must be \[2, 2, 6, 7\], got \[2, 2, 6, 6\]"),
        ({"groups": 3}, "4 channels do not divide into 3"),
        ({"backend": "gpu"}, "backend must be one of auto, reference, cpu, native, triton, torchvision, got 'gpu'"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        deform_conv(**{**problem(), **change})


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 2)])
def test_convolving_then_reading_is_the_deformable_convolution(groups, dilation, backend):
    feature, weight = torch.randn(2, 4, 6, 7), torch.randn(3, 4, 3, 3)
    offset = torch.randn(2, 2 * groups, 6, 7) * 5
    expected = reference.deform_conv(feature, expand_to_taps(offset, groups, 9), weight, groups, dilation)
    found = read_convolved(convolve(feature, weight, groups, dilation), offset, backend)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("backend", ["auto", "cpu", "reference", "torchvision"])
def test_every_backend_reads_zero_far_outside_of_a_convolved_map(backend):
    convolved = convolve(torch.ones(1, 4, 3, 5), torch.ones(2, 4, 3, 3), groups=1, dilation=1)
    offset = torch.zeros(1, 2, 3, 5)
    assert read_convolved(convolved, offset, backend)[0, 0, 1, 1] == 4 * 9
    assert read_convolved(convolved, offset - 1e12, backend).abs().max() == 0


def test_an_unknown_backend_reads_nothing():
    with pytest.raises(ValueError, match="backend must be one of"):
        read_convolved(torch.zeros(1, 1, 9, 9), torch.zeros(1, 2, 3, 3), "gpu")


@pytest.mark.parametrize("offset", [(2, 2, 3, 3), (1, 4, 3, 3)], ids=str)
def test_an_offset_that_does_not_fit_a_convolved_map_is_refused(offset):
    with pytest.raises(ValueError, match="does not fit 1 maps of 1 channels"):
        read_convolved(torch.zeros(1, 1, 9, 9), torch.zeros(offset))
