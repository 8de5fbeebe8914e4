import pytest
import torch

from models.shortcut import FullSizeBlock
from models.shortcut.base import PixelPath
from models.shortcut.init import GATE, initialise
from scripts.ablation import variants

SHAPE = {"feat_ch": 8, "h_dim": 8, "g_layers": 1, "l_layers": 1}
FORMS = [
    variants.WithoutPixels,
    variants.WithoutGate,
    variants.WithoutMatching,
    variants.ReducedMatching,
    variants.InputFlow,
    variants.SeenOcclusion,
    variants.GatedGroups,
]


def made(form):
    torch.manual_seed(0)
    return initialise(form(**SHAPE), gain=1.0)


@pytest.fixture
def maps():
    """a_ref, a_cur, f_ref: the current frame lies two pixels to the right of the reference."""
    a = torch.nn.functional.avg_pool2d(torch.randn(1, 8, 36, 56), 5, 1).relu() * 5
    return a[..., 2:50], a[..., :48], torch.randn(1, 8, 32, 48)


def with_flow(block, dx=0.0):
    if isinstance(block, variants.InputFlow):
        block.flow = torch.tensor([dx, 0.0]).view(1, 2, 1, 1).expand(1, 2, 64, 96).contiguous()
    return block


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_predicts_the_same_in_training_and_after_it_and_learns(form, maps):
    block = with_flow(made(form))
    torch.nn.init.normal_(block.reconstruct.weight)
    trained, pixels = block.train().with_pixels(*maps)
    tested, _ = block.eval().with_pixels(*maps)
    torch.testing.assert_close(tested.feature, trained.feature)
    picture = trained.feature[:, :3] if pixels is None else pixels.paint(trained.feature[:, :3], maps[2][:, :3])
    (trained.feature.square().mean() + trained.aligned.square().mean() + picture.square().mean()).backward()
    left_out = {variants.WithoutPixels: {"to_blend"}}.get(form, set())
    if issubclass(form, variants.WithoutGate):
        left_out = {"to_blend", "to_gate"}
    idle = {name.split(".")[0] for name, weight in block.named_parameters() if weight.grad is None}
    assert idle == left_out


def test_without_the_pixel_path_the_picture_is_left_alone(maps):
    assert made(variants.WithoutPixels).with_pixels(*maps)[1] is None


def test_without_a_gate_nothing_but_what_is_reconstructed_is_seen(maps):
    block = made(variants.WithoutGate).eval()
    torch.nn.init.zeros_(block.reconstruct.weight)
    assert not block(*maps).feature.any()


def test_without_matching_nothing_moves_before_it_is_learned(maps):
    assert not made(variants.WithoutMatching)._coarse(*maps[:2]).any()
    found = made(FullSizeBlock)._coarse(*maps[:2])[..., 8:-8, 8:-8].mean((0, 2, 3))
    assert found[0] < -0.5 and abs(found[1]) < 0.2


def test_fewer_channels_still_find_the_motion(maps):
    found = made(variants.ReducedMatching)._coarse(*maps[:2])[..., 8:-8, 8:-8].mean((0, 2, 3))
    assert found[0] < -0.5 and abs(found[1]) < 0.2


def test_the_flow_of_the_frames_counts_in_their_own_pixels(maps):
    block = with_flow(made(variants.InputFlow), dx=6.0)  # frames twice as large as the maps
    torch.testing.assert_close(block._coarse(*maps[:2])[:, 0], torch.full((1, 32, 48), 3.0))


def test_matching_forward_and_backward_agrees_unless_one_of_them_is_wrong(maps):
    a_ref, a_cur, _ = maps
    coarse = made(FullSizeBlock)._coarse(a_ref, a_cur)
    inside = (..., slice(8, -8), slice(8, -8))
    right = variants.disagreement(a_ref, a_cur, coarse)[inside].mean()
    wrong = variants.disagreement(a_ref, a_cur, coarse + 4)[inside].mean()
    assert right < 1 and wrong > right + 2


def test_each_group_of_channels_has_a_gate(maps):
    block = made(variants.GatedGroups)
    gate = block._gate(torch.randn(1, 8, 4, 4))
    assert gate.shape == (1, 8, 4, 4)
    torch.testing.assert_close(gate, torch.full_like(gate, GATE).sigmoid())
    _, pixels = block.with_pixels(*maps)
    pixels = pixels._replace(blend=torch.tensor([0.0, 0.5, 1.0]).view(1, 3, 1, 1).expand(1, 3, 32, 48))
    y, y_ref = torch.rand(2, 1, 3, 64, 96)
    painted, shown = pixels.paint(y, y_ref), PixelPath(pixels.displacement, torch.ones(1, 1, 32, 48)).paint(y, y_ref)
    torch.testing.assert_close(painted, torch.stack([y[:, 0], (y + shown)[:, 1] / 2, shown[:, 2]], dim=1))
    with pytest.raises(ValueError, match="f_ch must be a multiple of 8, got 6"):
        variants.GatedGroups(**SHAPE, f_ch=6)
