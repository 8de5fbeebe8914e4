"""The fused kernel, on a CUDA device if there is one and, in a process of its own, through Triton's interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models import ops
from models.ops.deformable import deform_conv
from models.ops.triton import available
from tests.golden.check import read
from tests.golden.compare import compare, params

pytest.importorskip("triton")
INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"
DEVICE = torch.device("cpu" if INTERPRETED or not torch.cuda.is_available() else "cuda")
GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden"

runs_kernel = pytest.mark.skipif(not available(DEVICE), reason="here only inside the interpreter's own process")
outside = pytest.mark.skipif(INTERPRETED, reason="not about the kernel's numbers")


def problem(c=4, out=3, size=(5, 7), groups=1, taps=9, n=2, reach=3.0, dtype=torch.float32, blend=True):
    """Random inputs; a reach of several pixels puts many samples across and far beyond the border."""
    h, w = size
    inputs = {
        "feature": torch.randn(n, c, h, w),
        "offset": torch.randn(n, groups * taps * 2, h, w) * reach,
        "weight": torch.randn(out, c, 3, 3) / c,
    }
    if blend:
        inputs |= {"current": torch.randn(n, c, h, w), "mask": torch.rand(n, groups * 9, h, w)}
    return {k: v.to(DEVICE, dtype) for k, v in inputs.items()}


def assert_like_reference(inputs, tolerance=1e-5, **arguments):
    found = deform_conv(**inputs, backend="triton", **arguments)
    expected = deform_conv(**{k: v.float() for k, v in inputs.items()}, backend="reference", **arguments)
    assert found.dtype == inputs["feature"].dtype
    torch.testing.assert_close(found.float(), expected, atol=tolerance, rtol=tolerance)


@runs_kernel
@pytest.mark.parametrize("blend", [True, False], ids=["blended", "plain"])
@pytest.mark.parametrize("groups,dilation,taps", [(1, 1, 9), (2, 1, 9), (1, 2, 9), (2, 3, 1)])
def test_it_gives_the_output_of_the_reference(groups, dilation, taps, blend):
    assert_like_reference(problem(groups=groups, taps=taps, blend=blend), groups=groups, dilation=dilation)


@runs_kernel
@pytest.mark.parametrize("groups,taps,blend", [(1, 9, True), (2, 9, True), (2, 1, False)])
def test_a_shift_is_added_to_every_offset(groups, taps, blend):
    inputs = problem(groups=groups, taps=taps, blend=blend)
    inputs["shift"] = 3 * torch.randn(2, 5, 7, 2, device=DEVICE).permute(0, 3, 1, 2)
    assert_like_reference(inputs, groups=groups)


@runs_kernel
@pytest.mark.parametrize("c,out,groups", [(16, 16, 1), (48, 20, 2), (40, 140, 1)])
def test_channels_need_not_fill_the_tiles(c, out, groups):
    assert_like_reference(problem(c, out, (9, 8), groups, n=1), groups=groups)


@runs_kernel
@pytest.mark.parametrize("groups,taps", [(1, 9), (2, 9), (2, 1)])
def test_channels_may_come_last(groups, taps):
    inputs = problem(c=8, groups=groups, taps=taps)
    whole = torch.cat([inputs["offset"], inputs["mask"]], dim=1).contiguous(memory_format=torch.channels_last)
    moves = inputs["offset"].shape[1]
    inputs |= {k: inputs[k].contiguous(memory_format=torch.channels_last) for k in ("feature", "current", "weight")}
    assert_like_reference(inputs | {"offset": whole[:, :moves], "mask": whole[:, moves:]}, groups=groups)


@runs_kernel
@pytest.mark.parametrize("dtype,tolerance", [(torch.float16, 2e-3), (torch.bfloat16, 2e-2)])
def test_half_precision_is_only_that_of_inputs_and_products(dtype, tolerance):
    if INTERPRETED and dtype == torch.bfloat16:
        pytest.skip("the interpreter multiplies the bits of bfloat16 as integers")
    assert_like_reference(problem(c=16, out=16, dtype=dtype), tolerance)
    far = problem(size=(1, 300), n=1, reach=0.0, dtype=dtype)
    far["offset"] += 0.125  # float16 counts in quarters from 256 on, bfloat16 in twos
    assert_like_reference(far, tolerance)


@runs_kernel
@pytest.mark.parametrize("far", [1e12, -1e12, float("inf"), float("-inf")])
def test_samples_far_outside_read_zero(far):
    inputs = problem()
    inputs["offset"].fill_(far)
    inputs["mask"].zero_()
    assert deform_conv(**inputs, backend="triton").abs().max() == 0


@runs_kernel
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # NumPy's, inside the interpreter
@pytest.mark.parametrize("axis", [0, 1], ids=["dy", "dx"])
def test_a_nan_offset_gives_nan_there_and_nowhere_else(axis):
    inputs = problem(blend=False)
    inputs["offset"][0, axis, 2, 3] = float("nan")
    out = deform_conv(**inputs, backend="triton")
    assert out[0, :, 2, 3].isnan().all() and out.isnan().sum() == out.shape[1]


@runs_kernel
@pytest.mark.parametrize("groups,taps,blend", [(1, 9, True), (2, 9, True), (2, 1, False)])
def test_gradients_are_those_of_the_reference(groups, taps, blend):
    inputs = problem(groups=groups, taps=taps, blend=blend)
    inputs["shift"] = torch.randn(2, 2, 5, 7, device=DEVICE)
    gradients = []
    for backend in ("triton", "reference"):
        leaves = {k: v.clone().requires_grad_() for k, v in inputs.items()}
        deform_conv(**leaves, groups=groups, backend=backend).square().sum().backward()
        gradients.append({k: v.grad for k, v in leaves.items()})
    for name, expected in gradients[1].items():
        torch.testing.assert_close(gradients[0][name], expected, atol=1e-4, rtol=1e-4, msg=lambda m, n=name: n + m)


@runs_kernel
def test_only_what_needs_a_gradient_gets_one():
    inputs = problem()
    inputs["offset"].requires_grad_()
    deform_conv(**inputs, backend="triton").sum().backward()
    assert inputs["offset"].grad.abs().sum() > 0 and inputs["feature"].grad is None


@runs_kernel
@pytest.mark.parametrize("name", ["adabd_dg1", "adabd_dg2"])
def test_it_meets_the_reference_numbers(name):
    data = {k: v.to(DEVICE) for k, v in read(GOLDEN / f"{name}.npz").items()}
    offset, logits = data["offset_mask"].split([18 * int(data["num_dg"]), 9 * int(data["num_dg"])], dim=1)
    inputs = data["f_ref"], offset, params(data)["regular_conv.weight"]
    arguments = {"groups": int(data["num_dg"]), "backend": "triton"}
    blended = deform_conv(*inputs, current=data["a_cur"], mask=logits.sigmoid(), **arguments)
    assert compare("out", blended, data["out"]).ok
    assert compare("aligned", deform_conv(*inputs, **arguments), data["aligned"]).ok


@runs_kernel
def test_double_precision_is_refused():
    with pytest.raises(ValueError, match="computes in .*float32.*got torch.float64"):
        deform_conv(**problem(dtype=torch.float64), backend="triton")


@outside
def test_every_test_of_the_kernel_passes_in_the_interpreter():
    command = [sys.executable, "-m", "pytest", __file__, "-p", "no:cacheprovider"]
    done = subprocess.run(command, env={**os.environ, "TRITON_INTERPRET": "1"}, capture_output=True, text=True)
    assert done.returncode == 0 and "passed" in done.stdout, done.stdout


@outside
def test_where_it_cannot_run_auto_takes_its_place_and_says_so():
    inputs = {k: v.cpu() for k, v in problem().items()}
    ops._warn_of_auto.cache_clear()
    with pytest.warns(UserWarning, match="'triton' needs Triton and a CUDA device .* on cpu 'auto' takes its place"):
        found = deform_conv(**inputs, backend="triton")
    assert torch.equal(found, deform_conv(**inputs, backend="auto"))


@outside
@pytest.mark.parametrize("capability,new_enough", [((7, 5), False), ((8, 0), True), ((12, 0), True)])
def test_a_gpu_must_be_new_enough(capability, new_enough, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert available(torch.device("cuda")) == new_enough
