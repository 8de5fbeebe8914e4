"""One setting of a training: how it reads and trains, and how long that takes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from data.frames import RandomCrop, read_frame
from models.evaluation.cost import peak_memory_mb
from models.shortcut import BLOCKS
from models.shortcut.init import initialise
from models.teachers.recycle_gan import ResnetGenerator
from models.training.discriminators import ConvOverTime, SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.perceptual import TeacherPerceptual
from util import runtime

LOAD_SHARE = (542 / 512, 286 / 256)  # load size over fine size, as published


@dataclass(frozen=True)
class Setting:
    """How a row trains and reads.

    amp, accumulate, compile: the flags of train.py.
    reads_losses: every loss is read after every step, one by one, as the published loop does.
    draft: JPEGs that will be shrunk are read smaller.
    pairs_in_2d: the discriminator of frame pairs computes by 2D convolutions.
    """

    amp: str = "off"
    accumulate: int = 1
    compile: bool = False
    reads_losses: bool = False
    draft: bool = True
    pairs_in_2d: bool = True


PUBLISHED = "published"
SETTINGS = {
    PUBLISHED: Setting(reads_losses=True, draft=False, pairs_in_2d=False),
    "fp32, pairs in 3D": Setting(pairs_in_2d=False),
    "fp32": Setting(),
    "bf16": Setting("bf16"),
    "bf16, 2 parts": Setting("bf16", accumulate=2),
    "bf16, compiled": Setting("bf16", compile=True),
}


def new_distiller(setting: Setting, width: int, device: torch.device) -> Distiller:
    torch.manual_seed(0)
    teacher = ResnetGenerator(width).cut().to(device)
    block = initialise(BLOCKS["published"](feat_ch=2 * width, h_dim=64)).to(device)
    discriminators = [kind(width).to(device) for kind in (SpectralPatchDiscriminator, TemporalPatchDiscriminator)]
    for layer in (layer for network in discriminators for layer in network.modules()):
        if isinstance(layer, ConvOverTime) and not setting.pairs_in_2d:
            layer.forward = partial(nn.Conv3d.forward, layer)
    made = Distiller(teacher, block, LossWeights(), *discriminators, perceptual=TeacherPerceptual(teacher))
    made.amp, made.accumulate = runtime.precision(setting.amp, device), setting.accumulate
    if setting.compile:
        made.compile()
    return made


class Row:
    """One setting's training: each `turn` reads a batch and trains on it. Seconds of both are kept.

    Args:
        files: JPEGs, which every turn reads.
        size: (width, height) in pixels of what the networks see.
    """

    def __init__(self, setting: Setting, files: Sequence[Path], size: tuple[int, int], batch: int, trainer: Distiller):
        self.setting, self.files, self.batch, self.trainer = setting, files, batch, trainer
        width, height = (round(n * share) for n, share in zip(size, LOAD_SHARE, strict=True))
        self.crop, self.device = RandomCrop((width, height), size), next(trainer.teacher.parameters()).device
        self.reading, self.training = [], []

    def turn(self) -> None:
        inputs = self._timed(self.reading, self._read)
        self._timed(self.training, lambda: self._train(*inputs))

    def _read(self) -> tuple[Tensor, ...]:
        rng = np.random.default_rng(0)
        at_least = self.crop.load_size if self.setting.draft else None
        images = [self.crop.apply(read_frame(path, at_least), self.crop.draw(rng)) for path in self.files]
        chosen = torch.stack([images[number % len(images)] for number in range(2 * self.batch)])
        return chosen.to(self.device).chunk(2)

    def _train(self, reference: Tensor, current: Tensor) -> None:
        losses = self.trainer.step(reference, current)
        if self.setting.reads_losses:
            dict(losses)
        self.trainer.check()

    def _timed(self, seconds: list[float], work: Callable[[], object]):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
        return result

    def figures(self, skipped: int = 1) -> dict[str, float]:
        """Medians without the first turns. A sample is read as two frames."""
        train, read = np.median(self.training[skipped:]), np.median(self.reading[skipped:]) / len(self.files)
        per_image = train / self.batch + 2 * read
        return {
            "step_images_per_s": self.batch / train,
            "read_ms_per_frame": 1e3 * read,
            "images_per_s": 1 / per_image,
            "waiting_share": 2 * read / per_image,
        }


def growth_mb(device: torch.device, make: Callable[[], Row]) -> tuple[Row, float]:
    """A row after its first turn, and the MiB by which memory grew at most from before it was made."""
    runtime.trim_memory()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
    before = peak_memory_mb(device)
    row = make()
    row.turn()
    return row, peak_memory_mb(device) - before
