import pytest
import torch
from torch import nn

from models.teachers.image_to_image import FAMILY, build, from_published, name_of
from tests.helpers.generators import made
from tests.helpers.published import PublishedResnet, PublishedUnet, TransformerNet

NETWORKS = {
    "CycleGAN, 6 blocks": (lambda: PublishedResnet(), (5, 17)),
    "CycleGAN, 9 blocks": (lambda: PublishedResnet(blocks=9), (5, 20)),
    "pix2pix, batch norm, dropout": (lambda: PublishedResnet(norm=nn.BatchNorm2d, dropout=True), (5, 17)),
    "pix2pixHD": (lambda: PublishedResnet(2, downs=4, blocks=9), (5, 32)),
    "U-Net 128": (lambda: PublishedUnet(levels=7), ("down_2_0", "cat_4")),
    "U-Net 256, dropout": (lambda: PublishedUnet(levels=8, dropout=True), ("down_2_0", "cat_5")),
    "U-Net, instance norm": (lambda: PublishedUnet(levels=7, norm=nn.InstanceNorm2d), ("down_2_0", "cat_4")),
}


@pytest.mark.parametrize("name", NETWORKS)
@torch.no_grad()
def test_a_published_file_becomes_a_teacher_that_computes_the_same(name):
    kind, split = NETWORKS[name]
    network, x = made(kind), torch.rand(1, 3, 256 if "256" in name else 128, 256) * 2 - 1
    teacher = build({f"module.{key}": value for key, value in network.state_dict().items()})
    torch.testing.assert_close(teacher(x), network(x), atol=1e-5, rtol=1e-4)
    assert teacher.split == split and teacher.scale == 1


@torch.no_grad()
def test_the_style_transfer_network_is_converted_to_the_range_of_frames():
    network, x = made(TransformerNet), torch.rand(1, 3, 32, 48) * 2 - 1
    nn.init.constant_(network.deconv3.conv2d.bias, 127.0)
    teacher = build(network.state_dict())
    expected = (network((x + 1) * 127.5) / 127.5 - 1).clamp(-1, 1)
    torch.testing.assert_close(teacher(x), expected, atol=1e-4, rtol=0)
    assert teacher.split == (7, 21) and teacher.a_channels == teacher.f_channels == 8


@torch.no_grad()
def test_statistics_of_old_instance_norm_are_dropped_and_counts_of_old_batch_norm_are_added():
    old = made(PublishedResnet)
    statistics = {"model.2.running_mean": torch.ones(4), "model.10.conv_block.2.running_var": torch.ones(16)}
    assert from_published({**old.state_dict(), **statistics}).state_dict().keys() == old.state_dict().keys()
    style = {**made(TransformerNet).state_dict(), "in1.running_mean": torch.ones(4)}
    assert "3.running_mean" not in from_published(style).state_dict()
    batch = made(lambda: PublishedUnet(levels=7))
    without = {key: value for key, value in batch.state_dict().items() if "num_batches" not in key}
    x = torch.rand(1, 3, 128, 128)
    torch.testing.assert_close(from_published(without).eval()(x), batch(x))


@torch.no_grad()
def test_pix2pixhds_batch_norm_with_biases_is_known():
    network, x = made(lambda: PublishedResnet(2, 4, 9, nn.BatchNorm2d, bias=True)), torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(from_published(network.state_dict()).eval()(x), network(x))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"g_ema": {}}, "of a VToonify"),
        ({"kind": "shortcut", "block": {}}, "of a Shortcut block of this project"),
        ({"model.0.weight": torch.zeros(4, 3, 4, 4), "model.0.bias": torch.zeros(4)}, "of a discriminator of pix2pix"),
        ({"cr1.0.weight": torch.zeros(1)}, "of an unknown network; known are a ResNet of CycleGAN"),
    ],
)
def test_the_weights_of_another_network_are_named(weights, message):
    with pytest.raises(ValueError, match=message):
        from_published(weights)


def test_label_maps_as_input_and_missing_tensors_are_refused():
    with pytest.raises(ValueError, match="takes pictures of 36 channels, such as label maps; a frame has 3"):
        from_published(PublishedResnet(2, 4, channels=36).state_dict())
    state = PublishedUnet(levels=7).state_dict()
    del state["model.model.3.weight"]
    with pytest.raises(ValueError, match=r"do not fit a U-Net generator with batch norm: 1 missing: up\.0\.1\.weight"):
        from_published(state)


def test_a_known_network_has_no_other_name():
    assert name_of(PublishedResnet().state_dict()) is None


def test_the_flags_cut_it_elsewhere():
    assert build(PublishedResnet().state_dict(), 8, 14).split == (8, 14)
    assert {flag.name for flag in FAMILY.flags} == {"skip_idx_start", "skip_idx_end", "cut"}
