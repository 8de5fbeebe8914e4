"""The deformable operator and the block on random shapes, offsets and settings, against the plain torch reference."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from models.ops.deformable import deform_conv
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize

SIDE = st.integers(1, 9)
DTYPE = torch.float64
# Pixels: none, a fraction, whole ones, onto and across the border, far outside.
REACHES = st.sampled_from([0.0, 0.3, 1.0, 5.0, 1e4, 1e12])


@st.composite
def operands(draw):
    """Arguments of `deform_conv` that fit each other."""
    n, groups, width, out = (draw(st.integers(1, top)) for top in (2, 3, 2, 3))
    height, wide, kernel = draw(SIDE), draw(SIDE), draw(st.sampled_from([1, 3]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    taps = draw(st.sampled_from([1, kernel**2]))

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=DTYPE)

    offset = normal(n, groups * taps * 2, height, wide) * draw(REACHES)
    if draw(st.booleans()):
        offset = offset.round()  # readings on the pixels themselves
    made = {"feature": normal(n, groups * width, height, wide), "offset": offset}
    made["weight"] = normal(out, groups * width, kernel, kernel)
    if draw(st.booleans()):
        made["current"] = normal(n, groups * width, height, wide)
        made["mask"] = torch.rand(n, groups * kernel**2, height, wide, generator=generator, dtype=DTYPE)
    if draw(st.booleans()):
        made["shift"] = normal(n, 2, height, wide) * draw(REACHES)
    return made | {"groups": groups, "dilation": draw(st.integers(1, 3))}


@given(operands())
def test_every_backend_of_the_cpu_agrees_with_the_reference(made):
    expected = deform_conv(**made, backend="reference")
    torch.testing.assert_close(deform_conv(**made, backend="cpu"), expected, atol=1e-8, rtol=1e-8)
    single = {name: x.float() if isinstance(x, torch.Tensor) else x for name, x in made.items()}
    with torch.no_grad():
        torch.testing.assert_close(
            deform_conv(**single, backend="native"), deform_conv(**single, backend="reference"), atol=1e-3, rtol=1e-3
        )


@st.composite
def blocks(draw):
    """A block of either form with random settings and weights, and its inputs (a_ref, a_cur, f_ref)."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    form = draw(st.sampled_from(sorted(BLOCKS)))
    config = {"feat_ch": 2 * draw(st.integers(1, 3)), "h_dim": 8, "num_dg": draw(st.sampled_from([1, 2, 4]))}
    config |= {"g_layers": draw(st.integers(1, 2)), "l_layers": draw(st.integers(1, 2))}
    config["adabd_dilation"] = draw(st.integers(1, 2))
    block = BLOCKS[form](**config).eval()
    with torch.no_grad():
        for layer in (block.generator.to_offset_mask, *([block.alignment.to_offset] if form == "published" else [])):
            layer.weight.mul_(draw(st.sampled_from([0.0, 1.0, 20.0])))
    size = draw(st.integers(4, 12)), draw(st.integers(4, 12))
    return block, tuple(torch.randn(1, config["feat_ch"], *size) for _ in range(3))


@given(blocks())
@torch.no_grad()
def test_a_block_gives_what_the_reference_operator_gives_on_any_shape(made):
    block, (a_ref, a, f_ref) = made
    block.use_backend("reference")
    expected = block(a_ref, a, f_ref)
    block.use_backend("auto")
    found = block(a_ref, a, f_ref)
    assert found.aligned is None and found.feature.shape == f_ref.shape
    assert 0 <= found.mask.min() and found.mask.max() <= 1
    torch.testing.assert_close(found.feature, expected.feature, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(found.mask, expected.mask, atol=1e-4, rtol=1e-4)


@given(blocks())
@torch.no_grad()
def test_the_form_that_runs_on_video_predicts_what_the_trained_one_predicts(made):
    block, (a_ref, a, f_ref) = made
    fast = optimize(block)
    found, _ = fast.with_pixels(fast.prepare(a_ref, f_ref, torch.zeros(1, 3, *a.shape[2:])), a)
    torch.testing.assert_close(found.feature, block(a_ref, a, f_ref).feature, atol=2e-3, rtol=2e-3)
