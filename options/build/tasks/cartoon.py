"""From options to the training of a small VToonify that draws cartoons."""

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
from models.training.cartoon import CartoonTrainer, fixed_style
from options.build.tasks.task import Run, fixed_settings
from options.build.validation import val_clips
from options.record import Options
from util import checkpoint, image

PHOTOGRAPH_TURNS = 3  # how often an epoch shows each photograph: there are few, and they alone are real
VAL_TURNS = 4  # pairs of each clip to validate on


def cartoon_training(opt: Options, device: torch.device) -> Run:
    """The training of a VToonify of one style, backbone toonify, on frames and their classical cartoons."""
    network = VToonify("toonify", opt.width)
    style = fixed_style(network).to(device)
    trainer = CartoonTrainer(network.to(device), style, opt.lr, opt.beta1)
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
    photos = photographs() if opt.photographs else []
    sizes = opt.load_size, opt.fine_size
    dataset = CartoonPairs([*clips, *photos * PHOTOGRAPH_TURNS], *sizes, opt.flip, opt.seed)
    held_out = val_clips(opt)

    def draw(frames: Tensor, cartoons: Tensor) -> Tensor:
        return image.grid(F.interpolate(frames, scale_factor=SCALE), trainer.drawn(frames), cartoons)

    def validate() -> tuple[dict[str, float], list[str]]:
        if not held_out:
            return {}, []
        pairs = CartoonPairs(held_out, *sizes, seed=opt.seed)
        scores = []
        for pair in (pairs[turn, clip] for clip in range(len(pairs)) for turn in range(VAL_TURNS)):
            drawn = trainer.drawn(pair["frame"][None].to(device)).cpu()
            scores.append(Psnr.measure(*unit_pair(drawn, pair["cartoon"][None])))
        psnr = sum(scores) / len(scores)
        return {"psnr": psnr, "best": psnr}, []

    def export(label: str) -> None:
        checkpoint.save(opt.run_dir / f"{label}_net_vtoonify.pth", trainer.weights())

    x = unparsed(image.blank(opt.fine_size, device))
    return Run(
        trainer=trainer,
        dataset=dataset,
        device=device,
        inputs=("frame", "cartoon"),
        draw=draw,
        export=export,
        networks=("vtoonify",),
        validate=validate,
        settings=fixed_settings(opt),
        facts={
            "clips": {"train": len(clips), "photographs": len(photos), "val": len(held_out)},
            "parameters": cost.count_params(network),
            "MACs": cost.count_macs(trainer.for_inference(), x),
        },
    )
