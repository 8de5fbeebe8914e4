import copy

import pytest
import torch
from torch import nn

from models.evaluation.cost import count_macs
from models.teachers import TEACHERS
from models.teachers.vtoonify import teacher as teacher_module
from models.teachers.vtoonify.network import BACKBONES, VToonify
from models.teachers.vtoonify.styled import network_input
from models.teachers.vtoonify.teacher import CUTS, cut
from tests.helpers.tiny import VTOONIFY_WIDTH, vtoonify

EVERY = pytest.mark.parametrize(("split", "backbone"), [(s, b) for s in CUTS for b in BACKBONES])


@torch.no_grad()
def styled(backbone="dualstylegan", degree=0.5, style_seed=0):
    torch.manual_seed(0)
    network = VToonify(backbone, VTOONIFY_WIDTH)
    torch.manual_seed(style_seed)
    return network.styled(network.w_plus(torch.randn(18, VTOONIFY_WIDTH)), degree).eval()


def frame(height=16, width=24):
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2)) * 2 - 1


def parsing(height=16, width=24):
    return torch.randn(1, 19, height, width, generator=torch.Generator().manual_seed(3))


class Parser(nn.Module):
    def parse(self, frame):
        return parsing(*frame.shape[2:])


@EVERY
@torch.no_grad()
def test_the_parts_together_are_the_whole(split, backbone):
    whole = styled(backbone)
    teacher, x = cut(whole, split), network_input(frame(), parsing())
    a = teacher.head(x)
    f = teacher.body(a)
    assert (a.shape, f.shape) == ((1, teacher.a_channels, 16, 24), (1, teacher.f_channels, 16, 24))
    torch.testing.assert_close(teacher.tail(f, a), whole(x))
    torch.testing.assert_close(teacher(x), whole(x).clamp(-1, 1))
    assert (teacher.scale, teacher.image_channels, teacher.split) == (4, 3, CUTS[split])


@torch.no_grad()
def test_the_tail_needs_the_early_features_in_split_b_only():
    for split, needed in (("A", False), ("B", True)):
        teacher = vtoonify(split)
        a = teacher.head(frame())
        f = teacher.body(a)
        assert torch.equal(teacher.tail(f, a), teacher.tail(f, torch.zeros_like(a))) != needed


@torch.no_grad()
def test_the_last_channels_of_f_are_the_picture_that_the_tail_paints_on():
    teacher, flat = vtoonify(), torch.ones(1, 7, 16, 24)
    flat[:, :4] = 0
    brighter = torch.cat([flat[:, :4], flat[:, 4:] + 0.5], 1)
    a = teacher.head(frame())
    change = (teacher.tail(brighter, a) - teacher.tail(flat, a))[..., 8:-8, 8:-8]
    torch.testing.assert_close(change, torch.full_like(change, 0.5), atol=1e-5, rtol=0)


@torch.no_grad()
def test_face_parts_come_with_the_frame_or_from_the_parser_or_are_zero():
    whole = styled()
    found = network_input(frame(), parsing())
    assert torch.equal(cut(whole, parser=Parser())(frame()), cut(whole)(found))
    assert torch.equal(cut(whole)(frame()), cut(whole)(network_input(frame(), torch.zeros(1, 19, 16, 24))))


@EVERY
@torch.no_grad()
def test_its_inference_form_computes_the_same(split, backbone):
    teacher, x = vtoonify(split, backbone), frame()
    fast = teacher.for_inference()
    a, a_fast = teacher.head(x), fast.head(x)
    expected, found = (a, teacher.body(a), teacher.tail(teacher.body(a), a)), (a_fast, fast.body(a_fast))
    for wanted, got in zip(expected, (*found, fast.tail(found[1], a_fast)), strict=True):
        torch.testing.assert_close(got, wanted, atol=1e-4 * wanted.abs().max().item(), rtol=0)
    assert type(fast) is type(teacher) and (fast.scale, fast.split) == (teacher.scale, teacher.split)
    assert count_macs(fast, x) == count_macs(teacher, x)


@torch.no_grad()
def test_a_large_picture_is_made_in_bands_that_do_not_show(monkeypatch):
    teacher, x = vtoonify(), frame(72, 40)
    whole = teacher(x)
    monkeypatch.setattr(teacher_module, "BAND_PIXELS", 144 * 80 // 5)
    torch.testing.assert_close(teacher(x), whole, atol=1e-5, rtol=0)
    level = teacher.tail[-1].level
    heights = []
    level.register_forward_hook(lambda module, given, made: heights.append(given[0].shape[2]))
    teacher(x)
    assert heights == [31, 33, 33, 33, 30]


@torch.no_grad()
def test_bands_hold_no_more_than_published_frames_of_256_px_do():
    level = nn.Identity()
    level.forward = lambda f_g, skip: (heights.append(f_g.shape[2]), f_g.new_empty(1, 3, 2 * f_g.shape[2], 1600))
    for side, expected in ((512, [512]), (800, [269, 271, 268])):
        heights = []
        f_g = torch.empty(1, 64, side, side, device="meta")
        assert teacher_module.LastGeneratorLevel(level)((f_g, f_g[:, :3])).shape[2] == 2 * side
        assert heights == expected


@torch.no_grad()
def test_no_step_writes_into_what_it_is_given():
    teacher = vtoonify().for_inference()
    state = teacher.head(frame())
    for step in teacher.body:
        given = [state] if isinstance(state, torch.Tensor) else list(state)
        before = [tensor.clone() for tensor in given]
        state = step(state)
        assert all(torch.equal(tensor, copied) for tensor, copied in zip(given, before, strict=True))


@torch.no_grad()
def test_half_precision_gives_the_same_picture():
    teacher = vtoonify()
    half = copy.deepcopy(teacher).half()(frame().half()).float()
    assert (half - teacher(frame())).abs().mean() < 0.02 * teacher(frame()).std()


def test_gradients_flow_through_the_tail():
    teacher = vtoonify("B")
    a = teacher.head(frame())
    f = teacher.body(a).requires_grad_()
    teacher.tail(f, a).square().mean().backward()
    assert (f.grad.abs().sum((0, 2, 3)) > 0).all()


def names_and_values(teacher):
    return {key: value.sum().item() for key, value in teacher.uncut_weights().items()}


def test_its_identity_is_that_of_the_file_whatever_style_cut_and_parser():
    parser = Parser()
    parser.weight = nn.Parameter(torch.ones(1))
    expected = names_and_values(cut(styled()))
    for other in (cut(styled(), "B"), cut(styled(degree=0.0)), cut(styled(style_seed=1)), cut(styled(), parser=parser)):
        assert names_and_values(other) == expected
    assert names_and_values(vtoonify(seed=1)).keys() == expected.keys()
    assert names_and_values(vtoonify(seed=1)) != expected


def test_it_sees_the_encoders_features_of_its_reduced_pictures():
    teacher = vtoonify()
    picture = frame(64, 96).requires_grad_()
    seen = teacher.perceptual_features(picture)
    assert [tuple(f.shape[1:]) for f in seen] == [(16, 2, 3), (16, 4, 6), (8, 8, 12), (4, 16, 24)]
    sum(f.square().sum() for f in seen).backward()
    assert picture.grad.abs().min() > 0


@torch.no_grad()
def test_the_family_builds_it_from_a_published_file():
    torch.manual_seed(0)
    network = VToonify("toonify", VTOONIFY_WIDTH, complete=True)
    style = network.w_plus(torch.randn(18, VTOONIFY_WIDTH))
    built = TEACHERS["vtoonify"].build({"g_ema": network.state_dict(), "style": style}, vtoonify_split="B")
    assert built.split == CUTS["B"] and not any(t.requires_grad for t in built.state_dict(keep_vars=True).values())
    torch.testing.assert_close(built(frame()), cut(network.styled(style))(frame()))


@pytest.mark.parametrize("shape", [(1, 3, 16, 20), (1, 4, 16, 16), (1, 3, 8, 8)])
def test_frames_that_cannot_be_are_refused(shape):
    with pytest.raises(ValueError, match=rf"\[N, 3 or 22, H, W\], H and W multiples of 8 .* got \[1, {shape[1]}, "):
        vtoonify()(torch.zeros(shape))


def test_another_split_is_refused():
    with pytest.raises(ValueError, match="must be one of A, B, got C"):
        cut(styled(), "C")
