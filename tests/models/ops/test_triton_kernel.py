"""What the compiler makes of the kernel; its numbers are tested with `models.ops.triton`, which launches it."""

import os

import pytest
import torch

from models.ops.triton import _call

triton = pytest.importorskip("triton")
pytestmark = pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="the interpreter compiles nothing")


@pytest.mark.parametrize("capability", [80, 89, 90])
@pytest.mark.parametrize("dtype,name", [(torch.float32, "fp32"), (torch.float16, "fp16"), (torch.bfloat16, "bf16")])
def test_it_compiles_to_tensor_core_products_that_fit_the_device(capability, dtype, name):
    """Needs no GPU: the compiler brings all it needs along."""
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from models.ops.triton_kernel import blended_deform_conv

    shift = torch.empty(1, 2, 8, 8)
    feature, offset, mask = torch.empty(1, 64, 8, 8), torch.empty(1, 1, 9, 2, 8, 8), torch.empty(1, 1, 9, 8, 8)
    tensors = [t.to(dtype) for t in (feature, offset, torch.empty(64, 64, 3, 3), feature, mask)]
    arguments, constants = _call(*tensors, shift, dilation=1)
    options = {k: constants.pop(k) for k in ("num_warps", "num_stages", "enable_fp_fusion")}
    constants["PRECISION"] = "tf32"
    kinds = [f"*{name}"] + [f"*{name}" if torch.is_tensor(a) else "i32" for a in arguments]
    signature = dict(zip(blended_deform_conv.arg_names, kinds + ["constexpr"] * len(constants), strict=True))
    source = ASTSource(blended_deform_conv, signature, constants, {(i,): [["tt.divisibility", 16]] for i in range(7)})
    compiled = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=options)
    assert "mma" in compiled.asm["ptx"] and compiled.metadata.shared <= 99 * 1024
