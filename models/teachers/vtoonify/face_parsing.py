"""BiSeNet, which finds the parts of a face, and its ResNet18, under their published weight names."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from util import checkpoint

PARTS = 19  # 0 is the background, 1 skin, 2-16 parts of face, neck and clothes, 17 hair, 18 hat
INPUT_GAIN = 2  # VToonify was trained with frames scaled so, instead of the parsing network's own normalisation


class BasicBlock(nn.Module):
    """relu(conv(conv(x)) + shortcut(x)): [N, in, h, w] -> [N, out, h / stride, w / stride], sizes rounded up."""

    def __init__(self, in_channels: int, out_channels: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (self.downsample(x) if self.downsample else x)).relu()


class ResNet18(nn.Module):
    """Images [N, 3, H, W] -> features of 128, 256 and 512 channels at 1/8, 1/16 and 1/32 of the size, rounded up.

    Source: He et al., Deep Residual Learning (2016), table 1.
    """

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = F.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, stride=2, padding=1)
        feat8 = self.layer2(self.layer1(x))
        feat16 = self.layer3(feat8)
        return feat8, feat16, self.layer4(feat16)


class ConvNormReLU(nn.Module):
    """Convolution, batch norm and ReLU: [N, in, h, w] -> [N, out, h, w]."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x)).relu()


class AttentionRefinement(nn.Module):
    """y = conv(x); y * sigmoid(norm(conv1x1(mean(y)))): [N, in, h, w] -> [N, out, h, w]."""

    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.conv = ConvNormReLU(in_channels, out_channels, 3)
        self.conv_atten = nn.Conv2d(out_channels, out_channels, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return y * self.bn_atten(self.conv_atten(_mean(y))).sigmoid()


class ContextPath(nn.Module):
    """Images -> the ResNet's features at 1/8, and the context at 1/8 and at 1/16; each [N, 128, h, w]."""

    def __init__(self):
        super().__init__()
        self.resnet = ResNet18()
        self.arm16, self.arm32 = AttentionRefinement(256, 128), AttentionRefinement(512, 128)
        self.conv_head32, self.conv_head16 = ConvNormReLU(128, 128, 3), ConvNormReLU(128, 128, 3)
        self.conv_avg = ConvNormReLU(512, 128, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        feat8, feat16, feat32 = self.resnet(x)
        context = self.arm32(feat32) + self.conv_avg(_mean(feat32))
        cp16 = self.conv_head32(F.interpolate(context, feat16.shape[-2:]))
        cp8 = self.conv_head16(F.interpolate(self.arm16(feat16) + cp16, feat8.shape[-2:]))
        return feat8, cp8, cp16


class FeatureFusion(nn.Module):
    """y = conv([features, context]); y + y * gate(mean(y)): [N, 128, h, w] each -> [N, 256, h, w]."""

    def __init__(self):
        super().__init__()
        self.convblk = ConvNormReLU(256, 256, 1)
        self.conv1, self.conv2 = nn.Conv2d(256, 64, 1, bias=False), nn.Conv2d(64, 256, 1, bias=False)

    def forward(self, features: Tensor, context: Tensor) -> Tensor:
        y = self.convblk(torch.cat([features, context], 1))
        return y + y * self.conv2(self.conv1(_mean(y)).relu()).sigmoid()


class Head(nn.Module):
    """Features [N, in, h, w] -> logits [N, 19, h, w]."""

    def __init__(self, in_channels: int, between: int):
        super().__init__()
        self.conv = ConvNormReLU(in_channels, between, 3)
        self.conv_out = nn.Conv2d(between, PARTS, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv_out(self.conv(x))


class BiSeNet(nn.Module):
    """Images [N, 3, H, W] of any size -> logits of 19 face parts, [N, 19, H, W].

    `conv_out16` and `conv_out32` only helped its training. They are in the published weights and do not run.

    Source: Yu et al., BiSeNet (2018), with the ResNet's features at 1/8 instead of a spatial path.
    """

    def __init__(self):
        super().__init__()
        self.cp, self.ffm = ContextPath(), FeatureFusion()
        self.conv_out = Head(256, 256)
        self.conv_out16, self.conv_out32 = Head(128, 64), Head(128, 64)

    def forward(self, x: Tensor) -> Tensor:
        feat8, cp8, _ = self.cp(x)
        return upsample_like(self.conv_out(self.ffm(feat8, cp8)), x)

    def parse(self, frame: Tensor) -> Tensor:
        """frame [N, 3, H, W] in [-1, 1] -> logits [N, 19, H, W] for VToonify, computed at twice the size."""
        doubled = F.interpolate(frame, scale_factor=2, mode="bilinear", align_corners=False)
        return self(INPUT_GAIN * doubled)[:, :, ::2, ::2]


def from_published(weights: Mapping[str, Tensor]) -> BiSeNet:
    """The network of `faceparsing.pth`.

    Raises:
        ValueError: the weights are of another network.
    """
    with torch.device("meta"):
        network = BiSeNet()
    return checkpoint.load_weights(network, weights, "a BiSeNet of 19 face parts").eval()


def upsample_like(logits: Tensor, like: Tensor) -> Tensor:
    """logits [N, C, h, w] -> [N, C, H, W], the size of `like`, bilinear."""
    return F.interpolate(logits, like.shape[-2:], mode="bilinear", align_corners=True)


def _mean(x: Tensor) -> Tensor:
    return x.mean((2, 3), keepdim=True)
