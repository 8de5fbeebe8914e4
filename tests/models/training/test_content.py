import pytest
import torch

from models.training.content import CHANNELS, content_network


def weights():
    """Random ones under the keys of the published file: convolutions at fixed places of a Sequential."""
    made, channels, index = {"0.weight": torch.randn(3, 3, 1, 1), "0.bias": torch.randn(3)}, 3, 1
    for wide in CHANNELS:
        if wide == "pool":
            index += 1
            continue
        made[f"{index + 1}.weight"] = torch.randn(wide, channels, 3, 3) * 0.05
        made[f"{index + 1}.bias"] = torch.zeros(wide)
        channels, index = wide, index + 3
    return made


def test_features_lie_at_a_sixteenth_of_the_size():
    network = content_network(weights())
    assert network(torch.zeros(1, 3, 32, 48)).shape == (1, 512, 2, 3)
    assert len(network) == 53  # relu5_4 is layer 52 of the published sequence
    assert not any(p.requires_grad for p in network.parameters())


def test_other_weights_are_refused():
    with pytest.raises(ValueError, match="vgg_normalised.pth"):
        content_network({"features.0.weight": torch.zeros(1)})
