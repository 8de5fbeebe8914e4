import pytest
import torch

from models.teachers.vtoonify.style_encoder import StyleEncoder, Unit, from_published

WIDTH = 16


def encoder():
    torch.manual_seed(0)
    return StyleEncoder(WIDTH).eval()


def checkpoint(mean, **other):
    state = {f"encoder.{key}": value for key, value in encoder().state_dict().items()}
    return {"state_dict": {**state, "decoder.input.input": torch.zeros(1)}, "latent_avg": mean, **other}


def test_the_published_width_has_the_published_entries_and_parameters():
    with torch.device("meta"):
        made = StyleEncoder()
    assert len(made.state_dict()) == 621
    assert sum(p.numel() for p in made.parameters()) == 267_136_704


@torch.no_grad()
@pytest.mark.parametrize("shape", [(128,), (18, 128), (1, 18, 128)])
def test_a_checkpoint_adds_its_mean_style(shape):
    face, mean = torch.rand(1, 3, 256, 256) * 2 - 1, torch.randn(shape)
    loaded = from_published(checkpoint(mean, opts={"output_size": 1024}))
    torch.testing.assert_close(loaded(face), encoder()(face) + mean)
    assert loaded(face).shape == (1, 18, 128)


def test_equal_channels_are_only_thinned_by_the_shortcut():
    unit, x = Unit(16, 16, stride=2).eval(), torch.randn(1, 16, 8, 10)
    torch.nn.init.zeros_(unit.res_layer[4].weight)
    torch.testing.assert_close(unit(x), x[:, :, ::2, ::2])


@pytest.mark.parametrize("entry", ["state_dict", "latent_avg"])
def test_a_checkpoint_that_lacks_an_entry_is_refused(entry):
    content = checkpoint(torch.zeros(128))
    del content[entry]
    with pytest.raises(ValueError, match=f"it lacks {entry}"):
        from_published(content)


def test_a_checkpoint_of_another_network_is_refused():
    with pytest.raises(ValueError, match="not a style encoder"):
        from_published({"state_dict": {"decoder.input.input": torch.zeros(1)}, "latent_avg": torch.zeros(128)})


def test_missing_layers_are_told_in_groups():
    content = checkpoint(torch.zeros(128))
    content["state_dict"] = {k: v for k, v in content["state_dict"].items() if ".res_layer.4." not in k}
    with pytest.raises(ValueError, match=r"120 missing: body\.0\.res_layer\.4\.weight \(x 120\)$"):
        from_published(content)


def test_a_mean_style_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"1 or 18 vectors of 128 numbers, got \[2, 128\]"):
        from_published(checkpoint(torch.zeros(2, 128)))


def test_a_face_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"must be \[N, 3, 256, 256\], got \[1, 3, 272, 272\]"):
        encoder()(torch.zeros(1, 3, 272, 272))


def test_a_width_without_squeezed_channels_is_refused():
    with pytest.raises(ValueError, match="multiple of 16, got 8"):
        StyleEncoder(8)
