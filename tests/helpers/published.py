"""Published image-to-image generators as they are published: their modules, nested and named as in their files.

They are written down here a second time, so that tests compare two independent forms of one network.
"""

import torch
import torch.nn.functional as F
from torch import nn


class UnetLevel(nn.Module):
    """A level of pix2pix's U-Net around the next deeper one, `inside`."""

    def __init__(self, outer, inner, inside=None, outermost=False, norm=nn.BatchNorm2d, dropout=False):
        super().__init__()
        bias, down_from = norm is nn.InstanceNorm2d, 3 if outermost else outer
        down = nn.Conv2d(down_from, inner, 4, 2, 1, bias=bias)
        up_from = inner if inside is None else 2 * inner
        up = nn.ConvTranspose2d(up_from, 3 if outermost else outer, 4, 2, 1, bias=bias or outermost)
        before, after = nn.LeakyReLU(0.2, True), nn.ReLU(True)
        if outermost:
            layers = [down, inside, after, up, nn.Tanh()]
        elif inside is None:
            layers = [before, down, after, up, norm(outer)]
        else:
            layers = [before, down, norm(inner), inside, after, up, norm(outer), *[nn.Dropout(0.5)] * dropout]
        self.outermost, self.model = outermost, nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class PublishedUnet(nn.Module):
    def __init__(self, width=4, levels=5, norm=nn.BatchNorm2d, dropout=False):
        super().__init__()
        level = UnetLevel(8 * width, 8 * width, norm=norm)
        for _ in range(levels - 5):
            level = UnetLevel(8 * width, 8 * width, level, norm=norm, dropout=dropout)
        for k in (4, 2, 1):
            level = UnetLevel(k * width, 2 * k * width, level, norm=norm)
        self.model = UnetLevel(3, width, level, outermost=True, norm=norm)

    def forward(self, x):
        return self.model(x)


class Layer(nn.Module):
    """Reflection padding and a convolution of PyTorch's style-transfer example, enlarging its input before."""

    def __init__(self, before, after, kernel, stride=1, enlarge=1):
        super().__init__()
        self.reflection_pad, self.enlarge = nn.ReflectionPad2d(kernel // 2), enlarge
        self.conv2d = nn.Conv2d(before, after, kernel, stride)

    def forward(self, x):
        if self.enlarge > 1:
            x = F.interpolate(x, scale_factor=self.enlarge, mode="nearest")
        return self.conv2d(self.reflection_pad(x))


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.in1 = Layer(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)
        self.conv2, self.in2 = Layer(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x):
        return self.in2(self.conv2(F.relu(self.in1(self.conv1(x))))) + x


class TransformerNet(nn.Module):
    """0 to 255 -> 0 to 255."""

    def __init__(self, width=4):
        super().__init__()
        sizes = [width, 2 * width, 4 * width]
        self.conv1, self.in1 = Layer(3, width, 9), nn.InstanceNorm2d(width, affine=True)
        self.conv2, self.in2 = Layer(sizes[0], sizes[1], 3, 2), nn.InstanceNorm2d(sizes[1], affine=True)
        self.conv3, self.in3 = Layer(sizes[1], sizes[2], 3, 2), nn.InstanceNorm2d(sizes[2], affine=True)
        for k in range(1, 6):
            setattr(self, f"res{k}", Block(sizes[2]))
        self.deconv1, self.in4 = Layer(sizes[2], sizes[1], 3, enlarge=2), nn.InstanceNorm2d(sizes[1], affine=True)
        self.deconv2, self.in5 = Layer(sizes[1], sizes[0], 3, enlarge=2), nn.InstanceNorm2d(sizes[0], affine=True)
        self.deconv3 = Layer(sizes[0], 3, 9)

    def forward(self, x):
        for k in (1, 2, 3):
            x = F.relu(getattr(self, f"in{k}")(getattr(self, f"conv{k}")(x)))
        for k in range(1, 6):
            x = getattr(self, f"res{k}")(x)
        for k in (1, 2):
            x = F.relu(getattr(self, f"in{k + 3}")(getattr(self, f"deconv{k}")(x)))
        return self.deconv3(x)


class ResnetBlock(nn.Module):
    def __init__(self, channels, norm, bias, dropout):
        super().__init__()
        first = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels), nn.ReLU(True)]
        second = [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels)]
        self.conv_block = nn.Sequential(*first, *[nn.Dropout(0.5)] * dropout, *second)

    def forward(self, x):
        return x + self.conv_block(x)


class PublishedResnet(nn.Module):
    """CycleGAN's and pix2pix's ResNet; with four `downs`, pix2pixHD's global generator."""

    def __init__(self, width=4, downs=2, blocks=6, norm=nn.InstanceNorm2d, dropout=False, bias=None, channels=3):
        super().__init__()
        bias = norm is nn.InstanceNorm2d if bias is None else bias
        model = [nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7, bias=bias), norm(width), nn.ReLU(True)]
        for k in range(downs):
            wide = width * 2**k
            model += [nn.Conv2d(wide, 2 * wide, 3, 2, 1, bias=bias), norm(2 * wide), nn.ReLU(True)]
        model += [ResnetBlock(width * 2**downs, norm, bias, dropout) for _ in range(blocks)]
        for k in range(downs, 0, -1):
            wide = width * 2**k
            up = nn.ConvTranspose2d(wide, wide // 2, 3, 2, 1, output_padding=1, bias=bias)
            model += [up, norm(wide // 2), nn.ReLU(True)]
        self.model = nn.Sequential(*model, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())

    def forward(self, x):
        return self.model(x)
