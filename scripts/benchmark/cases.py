"""The pairs of teacher and Shortcut block that are measured."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from data.samples.street.camera import HEIGHT, WIDTH
from models.shortcut import BLOCKS, Shortcut
from models.shortcut.block import ShortcutBlock
from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.full_size import FullSizeBlock
from models.teachers.base import Teacher
from models.teachers.recycle_gan import ResnetGenerator, from_published
from models.teachers.vtoonify.network import PUBLISHED_WIDTH, VToonify
from models.teachers.vtoonify.teacher import cut
from util import checkpoint

DEMO = Path(__file__).resolve().parents[2] / "checkpoints" / "demo_v2c"
OFFSET_STD_PX = 2.0


@dataclass(frozen=True)
class Case:
    """Networks as they are trained, and the size of their frames.

    Args:
        build: makes the cut teacher and its block, of either form, on the CPU; picklable.
        size: (width, height) in pixels.
    """

    name: str
    build: Callable[[], tuple[Teacher, Shortcut]]
    size: tuple[int, int]

    def networks(self, device: torch.device) -> tuple[Teacher, Shortcut]:
        """The plain teacher and the trained form of the block, frozen."""
        teacher, block = self.build()
        return teacher.to(device), block.to(device).eval().requires_grad_(False)

    def frames(self, count: int, device: torch.device) -> Tensor:
        """[count, 1, 3, H, W] in [-1, 1]: random pictures, smooth like photographs."""
        width, height = self.size
        coarse = torch.rand(count, 3, max(height // 16, 2), max(width // 16, 2))
        pictures = F.interpolate(coarse, size=(height, width), mode="bicubic").clamp(0, 1) * 2 - 1
        return pictures.unsqueeze(1).to(device)


def v2c(form: str) -> tuple[Teacher, Shortcut]:
    """The published sizes of Viper -> Cityscapes with random weights and a block of this form."""
    torch.manual_seed(0)
    teacher = ResnetGenerator(ngf=64, n_blocks=6).cut(5, 17)
    return teacher, as_if_trained(BLOCKS[form](feat_ch=128, h_dim=64))


@torch.no_grad()
def official_vtoonify() -> tuple[Teacher, Shortcut]:
    """The published sizes of VToonify, backbone dualstylegan, split A, with random weights and without face parsing."""
    torch.manual_seed(0)
    teacher = cut(VToonify("dualstylegan").styled(torch.randn(18, PUBLISHED_WIDTH)), "A")
    late = {"f_ch": teacher.f_channels, "image_ch": teacher.image_channels}
    return teacher, as_if_trained(ShortcutBlock(teacher.a_channels, h_dim=64, **late))


def as_if_trained(block: Shortcut) -> Shortcut:
    """The same block, its taps moved by some pixels: untrained they would stay in place, where reading is cheapest.

    All else stays as torch has initialised it: gate and blend near a half, corrections that are not zero.
    """
    coarse = block.global_offset if isinstance(block, FullSizeBlock) else block.alignment
    for last in (coarse.to_offset, block.generator.to_offset_mask):
        nn.init.normal_(last.bias, std=OFFSET_STD_PX)
    return block


def saved(folder: Path) -> tuple[Teacher, Shortcut]:
    """The checkpoints in `folder`; form of the block and cut of the teacher are those that the block's names."""
    state = checkpoint.load(folder / "latest_net_ShortcutV2V.pth")
    teacher = from_published(checkpoint.load(folder / "latest_net_G_A.pth")).cut(*state["split"])
    return teacher, from_checkpoint(state, state["teacher"], teacher.split, {})


CASES = {
    case.name: case
    for case in (
        Case("v2c_256x512_official", partial(v2c, "published"), (512, 256)),
        Case("v2c_256x512_full_size", partial(v2c, "full_size"), (512, 256)),
        Case("demo_v2c", partial(saved, DEMO), (WIDTH, HEIGHT)),
        Case("vtoonify_dual_256x256", official_vtoonify, (256, 256)),
    )
}
DEFAULT = ("v2c_256x512_official", "v2c_256x512_full_size", "demo_v2c")  # the others take minutes a turn on a CPU
