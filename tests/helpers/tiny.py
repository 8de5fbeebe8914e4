"""Real networks small enough for tests."""

import torch
from torch import Tensor

from models.shortcut import BLOCKS, Shortcut
from models.shortcut.init import initialise
from models.teachers.base import Teacher
from models.teachers.recycle_gan import ResnetGenerator
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.teacher import VToonifyTeacher, cut

NGF = 4
SHAPE = {"feat_ch": 2 * NGF, "h_dim": 8, "num_dg": 1, "g_layers": 1, "l_layers": 1}
SHAPE |= {"offset_g_size": 1, "offset_l_size": 3, "adabd_dilation": 1}


def generator(seed: int = 0) -> ResnetGenerator:
    torch.manual_seed(seed)
    return ResnetGenerator(NGF, n_blocks=1)


def teacher(seed: int = 0) -> Teacher:
    return generator(seed).cut()


def block(form: str = "published") -> Shortcut:
    torch.manual_seed(0)
    return initialise(BLOCKS[form](**SHAPE))


ROUNDED = 1e-3  # how far two ways to one prediction may lie apart: in noise, a position that is rounded shows

VTOONIFY_WIDTH = 16
VTOONIFY_SHAPE = {"feat_ch": 4, "f_ch": 7, "h_dim": 16, "g_layers": 1, "l_layers": 1}


@torch.no_grad()
def vtoonify(split: str = "A", backbone: str = "dualstylegan", seed: int = 0) -> VToonifyTeacher:
    """Its pictures have four times the size of its frames, whose sides are multiples of 8."""
    torch.manual_seed(seed)
    network = VToonify(backbone, VTOONIFY_WIDTH)
    return cut(network.styled(network.w_plus(torch.randn(18, VTOONIFY_WIDTH))), split)


def vtoonify_block(form: str = "published") -> Shortcut:
    torch.manual_seed(0)
    image = {"image_ch": 3} if form == "published" else {}
    return initialise(BLOCKS[form](**VTOONIFY_SHAPE, **image), gain=1.0)


def video(frames: int = 7, height: int = 16, width: int = 24, seed: int = 0) -> Tensor:
    """frames x [1, 3, height, width] in [-1, 1]."""
    return torch.rand(frames, 1, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 2 - 1


class FaceParts(torch.nn.Module):
    """Stands where a network that finds face parts does: they follow from the frame. Counts how often it was asked."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def parse(self, frame: Tensor) -> Tensor:
        self.calls += 1
        return 16 * frame.mean(1, keepdim=True).expand(-1, 19, -1, -1)


def parsing_vtoonify() -> VToonifyTeacher:
    made = vtoonify()
    made.head.parser = FaceParts()
    return made


@torch.no_grad()
def predicted(whole: Teacher, block: Shortcut, reference: Tensor, frame: Tensor) -> Tensor:
    """What a skipped frame is to show, by the trained forms of both networks and nothing kept: [1, 3, ...]."""
    a_ref, a = whole.head(reference), whole.head(frame)
    f_ref = whole.body(a_ref)
    prediction, pixels = block.eval().with_pixels(a_ref, a, f_ref)
    y = whole.tail(prediction.feature, a)
    return (pixels.paint(y, whole.tail(f_ref, a_ref)) if pixels else y).clamp(-1, 1)
