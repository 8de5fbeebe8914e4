from pathlib import Path

import numpy as np
import pytest
import torch

from models.evaluation.fcn8s import FCN8s, by_colour, from_published, load_segmenter
from util import checkpoint
from util.image import to_tensor
from util.viper import CLASSES, ID, colours_of

BUNDLED = Path(__file__).resolve().parents[3] / "checkpoints" / "demo_l2v" / "latest_net_FCN8s.pth"

STAGES = {1: (2, 64), 2: (2, 128), 3: (3, 256), 4: (3, 512), 5: (3, 512)}


def published_shapes(classes=32):
    """Key -> shape of the published file."""
    shapes, channels = {}, 3
    for stage, (count, wide) in STAGES.items():
        for i in range(1, count + 1):
            shapes[f"conv{stage}_{i}"] = (wide, channels, 3, 3)
            channels = wide
    shapes |= {"fc6": (4096, 512, 7, 7), "fc7": (4096, 4096, 1, 1), "score_fr": (classes, 4096, 1, 1)}
    shapes |= {"score_pool3": (classes, 256, 1, 1), "score_pool4": (classes, 512, 1, 1)}
    weights = {f"{key}.weight": shape for key, shape in shapes.items()}
    biases = {f"{key}.bias": shape[:1] for key, shape in shapes.items()}
    up = {"upscore2.weight": 4, "upscore_pool4.weight": 4, "upscore8.weight": 16}
    return weights | biases | {key: (classes, classes, size, size) for key, size in up.items()}


def tiny(classes=3):
    return FCN8s(classes, width=2, hidden=5).requires_grad_(False).eval()


def passing_through():
    """One channel wide, every layer hands its input on, and every score is 0 until a test says otherwise."""
    network = FCN8s(1, width=1, hidden=1).requires_grad_(False).eval()
    for name, layer in network.named_children():
        if name.startswith("up"):
            continue
        layer.weight.zero_()
        layer.bias.zero_()
        if not name.startswith("score"):
            middle = layer.kernel_size[0] // 2
            layer.weight[0, 0, middle, middle] = 1
    return network


def test_the_published_layout_loads_strictly():
    state = {key: torch.empty(shape, device="meta") for key, shape in published_shapes().items()}
    loaded = from_published(state)
    assert {key: tuple(value.shape) for key, value in loaded.state_dict().items()} == published_shapes()
    assert not loaded.training and not any(p.requires_grad for p in loaded.parameters())


def test_loading_restores_the_function_at_any_width():
    network, x = tiny(), torch.rand(1, 3, 20, 30) * 2 - 1
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    torch.testing.assert_close(from_published(state)(x), network(x))


@pytest.mark.parametrize("size", [(256, 256), (64, 96), (33, 50), (1, 7)])
def test_logits_have_the_size_of_the_image(size):
    assert tiny()(torch.zeros(2, 3, *size)).shape == (2, 3, *size)


@pytest.mark.parametrize("path", ["score_fr", "score_pool4", "score_pool3"])
def test_every_path_answers_where_the_image_asks(path):
    network = passing_through()
    network.get_submodule(path).weight[:, 0] = 1
    asked = torch.full((1, 3, 192, 224), -1.0)
    asked[..., 61:125, 93:157] = 1  # whole cells of every pooling: conv1_1 moves the image by 99 pixels, 160 is 5 * 32
    answer = (network(asked) - network(torch.full_like(asked, -1)))[0, 0]
    row = (answer.sum(1) @ torch.arange(192.0)) / answer.sum()
    column = (answer.sum(0) @ torch.arange(224.0)) / answer.sum()
    torch.testing.assert_close(torch.stack([row, column]), torch.tensor([92.5, 124.5]), atol=0.01, rtol=0)


def test_the_skips_are_scaled_and_upsampling_keeps_the_level():
    # Constant fields, 2 in pool3, 1 in pool4 and below: in the middle they add up to 0.0002 + 0.01 + 1.
    network = passing_through()
    for name, level in (("conv3_3", 2), ("conv4_3", 1)):
        network.get_submodule(name).weight.zero_()
        network.get_submodule(name).bias.fill_(level)
    for name in ("score_fr", "score_pool4", "score_pool3"):
        network.get_submodule(name).weight[:, 0] = 1
    middle = network(torch.zeros(1, 3, 128, 128))[0, 0, 56:72, 56:72]
    torch.testing.assert_close(middle, torch.full_like(middle, 1.0102), atol=1e-5, rtol=0)


def test_the_image_is_given_as_levels_of_blue_green_red_less_their_mean():
    network, seen = tiny(), []
    network.conv1_1.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(torch.tensor([1.0, 0.0, -1.0]).view(1, 3, 1, 1).expand(1, 3, 8, 8))
    expected = torch.tensor([0 - 104.00699, 127.5 - 116.66877, 255 - 122.67892])
    torch.testing.assert_close(seen[0][0, :, 4, 4], expected, atol=1e-4, rtol=0)


def test_the_bundled_network_loads_as_published_and_knows_vipers_classes():
    network = from_published(checkpoint.load(BUNDLED))
    assert network.score_fr.out_channels == len(CLASSES) and network.conv1_1.weight.dtype == torch.float32


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"not an FCN-8s.*model.1.weight"):
        from_published({"model.1.weight": torch.zeros(4, 3, 7, 7)})
    with pytest.raises(ValueError, match="not an FCN-8s"):
        from_published({"format": 1, "score_fr.weight": 3})
    cut_short = dict(list(tiny().state_dict().items())[:-1])
    with pytest.raises(ValueError, match=r"do not fit an FCN-8s(.|\n)*upscore8.weight"):
        from_published(cut_short)


def saved(path, classes=32):
    network = FCN8s(classes, width=1, hidden=1)
    with torch.no_grad():
        network.score_fr.weight.zero_()
        network.score_fr.bias[5] = 1e6
    checkpoint.save(path, network.state_dict())
    return path


def test_colours_near_those_of_a_class_are_that_class():
    labels = np.repeat([[ID["sky"]], [ID["road"]]], 4, axis=0).repeat(6, axis=1)
    np.testing.assert_array_equal(by_colour(to_tensor(colours_of(labels))[None] * 0.98), labels)


def test_a_network_tells_the_class_of_every_pixel(tmp_path):
    ids = load_segmenter(saved(tmp_path / "fcn.pth"), torch.device("cpu"))(torch.zeros(1, 3, 16, 24))
    assert ids.shape == (16, 24) and ids.dtype == np.uint8


def test_a_network_of_other_classes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="knows 19 classes, VIPER has 32"):
        load_segmenter(saved(tmp_path / "fcn.pth", classes=19), torch.device("cpu"))
