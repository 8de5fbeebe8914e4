import pytest
import torch

from models.evaluation.cost import count_macs, count_params
from models.teachers.vtoonify.network import BACKBONES, ResidualBlock, VToonify, encoder, from_published

WIDTH = 16
PUBLISHED = {"dualstylegan": (399, 163_812_547, 229.53), "toonify": (229, 78_828_991, 200.24)}


def made(backbone="dualstylegan", seed=0):
    torch.manual_seed(seed)
    return VToonify(backbone, WIDTH).eval()


def style(seed=1):
    return torch.randn(18, WIDTH, generator=torch.Generator().manual_seed(seed))


def frame(height=16, width=24):
    return torch.randn(1, 22, height, width, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_complete_network_has_the_published_entries_and_parameters(backbone):
    with torch.device("meta"):
        complete = VToonify(backbone, complete=True)
    assert (len(complete.state_dict()), count_params(complete)) == PUBLISHED[backbone][:2]


@pytest.mark.parametrize("backbone", BACKBONES)
def test_what_runs_costs_what_the_published_network_costs(backbone):
    with torch.device("meta"):
        styled, x = VToonify(backbone).styled(torch.zeros(18, 512)), torch.zeros(1, 22, 256, 256)
    assert count_macs(styled, x) / 1e9 == pytest.approx(PUBLISHED[backbone][2], rel=1e-3)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_file_in_published_format_round_trips(backbone, tmp_path):
    state = VToonify(backbone, WIDTH, complete=True).state_dict()
    torch.save({"g_ema": state}, tmp_path / "vtoonify.pt")
    read = torch.load(tmp_path / "vtoonify.pt", weights_only=True)

    again = VToonify(backbone, WIDTH, complete=True)
    again.load_state_dict(read["g_ema"], strict=True)
    assert again.state_dict().keys() == state.keys()
    loaded = from_published(read)
    assert (loaded.backbone, loaded.width) == (backbone, WIDTH)
    assert all(torch.equal(value, state[key]) for key, value in loaded.state_dict().items())
    with torch.no_grad():
        torch.testing.assert_close(loaded.styled(style())(frame()), again.styled(style())(frame()))


def test_tensors_that_never_run_do_not_stay():
    loaded = from_published(VToonify("dualstylegan", WIDTH, complete=True).state_dict())
    assert not [key for key in loaded.state_dict() if "noises" in key or ".conv1" in key or key.startswith("res.0.")]


def test_a_network_saved_without_what_never_runs_loads_too():
    state = made("toonify").state_dict()
    assert from_published(state).state_dict().keys() == state.keys()


@pytest.mark.parametrize("backbone", BACKBONES)
def test_gaps_and_additions_are_told_in_groups(backbone):
    state = VToonify(backbone, WIDTH, complete=True).state_dict()
    gone = [key for key in state if key.startswith("encoder.4.")]
    broken = {key: value for key, value in state.items() if key not in gone} | {"extra.weight": torch.zeros(1)}
    message = r"24 missing: encoder\.4\.0\.conv\.weight \(x 12\), encoder.* 1 unexpected: extra\.weight$"
    with pytest.raises(ValueError, match=message):
        from_published(broken)


def test_one_backbone_in_the_place_of_the_other_gives_a_short_message():
    state = {key.replace("generator.generator.", "generator."): v for key, v in made().state_dict().items()}
    with pytest.raises(ValueError, match="of backbone toonify and width 16: ") as told:
        from_published(state)
    assert len(str(told.value)) < 1000


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match="not a VToonify generator: no encoder.5.weight among model.1.weight"):
        from_published({"model.1.weight": torch.zeros(1)})


def test_without_degree_the_modulative_residual_blocks_are_not_even_there():
    network = made()
    with torch.no_grad():
        none, some = (network.styled(style(), degree) for degree in (0.0, 0.5))
        assert [len(block) for block in (*none.residual, *some.residual)] == [1] * 6 + [2] * 6
        tiny = network.styled(style(), 1e-6)
        torch.testing.assert_close(tiny(frame()), none(frame()), atol=1e-4, rtol=1e-4)
        assert not torch.allclose(some(frame()), none(frame()), atol=1e-4)


def test_early_rows_of_a_style_shape_and_late_rows_colour():
    network = made()
    with torch.no_grad():
        whole = network.styled(style())
        early = network.styled(torch.cat([style(5)[:7], style()[7:]]))
        assert all(torch.equal(a, b) for a, b in zip(whole.levels.buffers(), early.levels.buffers(), strict=True))
        assert not torch.allclose(whole(frame()), early(frame()), atol=1e-6)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_gradients_reach_every_weight_through_the_styled_form(backbone):
    torch.manual_seed(0)
    network = VToonify(backbone, 32)
    style = network.w_plus(torch.randn(18, 32))
    network.styled(style)(frame(32, 32)).square().mean().backward()
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert all(name.endswith("noise.weight") for name in without), without


def test_w_plus_maps_every_row_by_itself():
    network, z_plus = made(), torch.randn(1, 18, WIDTH)
    torch.testing.assert_close(network.w_plus(z_plus)[:, 4], network.w_plus(z_plus[:, 4]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backbone": "stylegan3"}, "backbone must be one of dualstylegan, toonify, got stylegan3"),
        ({"width": 24}, "width must be a positive multiple of 16, got 24"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        VToonify(**arguments)


@pytest.mark.parametrize(
    ("shape", "degree", "message"),
    [((2, 18, 16), 0.5, r"\[18, 16\], for one video, got \[2, 18, 16\]"), ((18, 16), 1.5, r"in \[0, 1\], got 1\.5")],
)
def test_a_style_or_degree_that_cannot_be_is_refused(shape, degree, message):
    with pytest.raises(ValueError, match=message):
        made().styled(torch.zeros(shape), degree)


@torch.no_grad()
def test_a_residual_block_divides_the_sum_by_the_root_of_two():
    block, x = ResidualBlock(4), torch.randn(1, 4, 5, 6)
    for parameter in block.conv2.parameters():
        torch.nn.init.zeros_(parameter)
    torch.testing.assert_close(block(x), x / 2**0.5)


@torch.no_grad()
def test_channels_follow_the_width():
    layers, x, shapes = encoder(32), torch.randn(1, 22, 16, 24), []
    for layer in layers:
        x = layer(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(8, 16, 24), (16, 8, 12), (32, 4, 6), (32, 2, 3), (32, 2, 3), (3, 2, 3)]
