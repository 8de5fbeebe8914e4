"""The network of the content loss: the normalised VGG19 of AdaIN, up to relu5_4."""

from collections.abc import Mapping

from torch import Tensor, nn

CHANNELS = (64, 64, "pool", 128, 128, "pool", *4 * (256,), "pool", *4 * (512,), "pool", *4 * (512,))


def content_network(weights: Mapping[str, Tensor]) -> nn.Module:
    """A frozen feature network, [N, 3, H, W] in [-1, 1] -> [N, 512, H/16, W/16].

    Args:
        weights: the content of `vgg_normalised.pth`.

    Raises:
        ValueError: the weights are those of another network.

    Source: Huang and Belongie, Arbitrary Style Transfer with Adaptive Instance Normalization (2017).
    """
    layers: list[nn.Module] = [nn.Conv2d(3, 3, 1)]
    channels = 3
    for layer in CHANNELS:
        if layer == "pool":
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
            continue
        layers += [nn.ReflectionPad2d(1), nn.Conv2d(channels, layer, 3), nn.ReLU()]
        channels = layer
    network = nn.Sequential(*layers)
    try:
        network.load_state_dict(dict(weights), strict=True)
    except RuntimeError as error:
        raise ValueError(f"content loss: the weights are not those of vgg_normalised.pth: {error}") from None
    return network.requires_grad_(False).eval()
