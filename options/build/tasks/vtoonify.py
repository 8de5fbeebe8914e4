"""--model vtoonify: train a small VToonify to turn frames into cartoons, which classical filters draw."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.utils.data import Subset

from data import Clip
from data.cartoon_pairs import CartoonPairs
from data.frames import Size
from data.photographs import photographs
from models.evaluation import cost
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.styled import unparsed
from models.training.cartoon import CartoonTrainer, random_style
from models.training.tasks.cartoon import CartoonTask
from options.build.training import fixed_settings, train_clips, val_clips
from options.record import Options
from util import image

PHOTOGRAPH_REPEATS = 3  # times that an epoch shows each photograph: there are few, and only they are real
VAL_PAIRS = 4  # of each clip


def new_task(opt: Options, device: torch.device) -> CartoonTask:
    network = VToonify("toonify", opt.width)
    style = random_style(network).to(device)
    trainer = CartoonTrainer(network.to(device), style, opt.lr, opt.beta1)
    clips, photos = train_clips(opt), photographs() if opt.photographs else []
    held_out, sizes = val_clips(opt), (opt.load_size, opt.crop_size)
    return CartoonTask(
        trainer,
        val_pairs=_held_out(held_out, *sizes, opt.seed) if held_out else (),
        dataset=CartoonPairs([*clips, *photos * PHOTOGRAPH_REPEATS], *sizes, opt.flip, opt.seed),
        device=device,
        settings=fixed_settings(opt),
        facts={
            "clips": {"train": len(clips), "photographs": len(photos), "val": len(held_out)},
            "parameters": cost.count_params(network),
            "MACs": cost.count_macs(trainer.for_inference(), unparsed(image.blank(opt.crop_size, device))),
        },
    )


def _held_out(clips: list[Clip], load_size: Size, fine_size: Size, seed: int) -> Sequence[Mapping[str, Tensor]]:
    """The same VAL_PAIRS pairs of each clip whenever they are read."""
    keys = [(number, clip) for clip in range(len(clips)) for number in range(VAL_PAIRS)]
    pairs = CartoonPairs(clips, load_size, fine_size, seed=seed)
    # torch's stubs know neither keys that are no numbers nor that a Subset is a sequence.
    return Subset(pairs, keys)  # pyright: ignore[reportArgumentType, reportReturnType]
