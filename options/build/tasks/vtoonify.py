"""--model vtoonify: train a small VToonify to turn frames into cartoons."""

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from data import find_clips
from data.cartoon_pairs import SCALE, CartoonPairs
from data.photographs import photographs
from models.evaluation import cost
from models.evaluation.metrics.image import Psnr, unit_pair
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.styled import unparsed
from models.training.cartoon import CartoonTrainer, random_style
from models.training.task import Task
from options.build.tasks.settings import fixed_settings
from options.build.validation import val_clips
from options.record import Options
from util import image

PHOTOGRAPH_REPEATS = 3  # times that an epoch shows each photograph: there are few, and only they are real
VAL_PAIRS = 4  # of each clip


class CartoonTask(Task):
    """Trains a VToonify of one style, backbone toonify, on frames and their cartoons, which classical filters draw."""

    input_names = ("frame", "cartoon")
    trainer: CartoonTrainer

    def __init__(self, opt: Options, device: torch.device):
        network = VToonify("toonify", opt.width)
        style = random_style(network).to(device)
        trainer = CartoonTrainer(network.to(device), style, opt.lr, opt.beta1)
        clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
        photos = photographs() if opt.photographs else []
        held_out = val_clips(opt)
        sizes = opt.load_size, opt.fine_size
        self.val_pairs = CartoonPairs(held_out, *sizes, seed=opt.seed) if held_out else None
        super().__init__(
            trainer=trainer,
            dataset=CartoonPairs([*clips, *photos * PHOTOGRAPH_REPEATS], *sizes, opt.flip, opt.seed),
            device=device,
            settings=fixed_settings(opt),
            facts={
                "clips": {"train": len(clips), "photographs": len(photos), "val": len(held_out)},
                "parameters": cost.count_params(network),
                "MACs": cost.count_macs(trainer.for_inference(), unparsed(image.blank(opt.fine_size, device))),
            },
        )

    def preview(self, frames: Tensor, cartoons: Tensor) -> Tensor:
        """Columns: frame, the network's cartoon, the target."""
        enlarged = F.interpolate(frames, scale_factor=SCALE)
        return image.grid(enlarged, self.trainer.translate(frames), cartoons)

    def export(self) -> dict[str, dict]:
        return {"vtoonify": self.trainer.weights()}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """PSNR in dB between the network's cartoons and the targets, also as "best"."""
        if self.val_pairs is None:
            return {}, []
        scores = list(self._psnr_of_pairs(self.val_pairs))
        psnr = sum(scores) / len(scores)
        return {"psnr": psnr, "best": psnr}, []

    def _psnr_of_pairs(self, pairs: CartoonPairs) -> Iterator[float]:
        for clip in range(len(pairs)):
            for number in range(VAL_PAIRS):
                pair = pairs[number, clip]
                output = self.trainer.translate(pair["frame"][None].to(self.device)).cpu()
                yield Psnr.measure(*unit_pair(output, pair["cartoon"][None]))
