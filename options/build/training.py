"""From options to what every training needs: clips, settings to keep, the schedule, and batches."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch.utils.data import Dataset

from data import Clip, find_clips
from data.frame_cache import Read, frame_reader
from data.loader import load_batches
from models.training import states
from models.training.schedule import Schedule
from models.training.trainer import Trainer
from options.flags.teachers import flags_of_other_families
from options.record import ONE_CALL, REMOVED, Options
from util.workers import reading_processes


def train_clips(opt: Options) -> list[Clip]:
    """The clips to train on, --max_dataset_size of them at most."""
    return find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]


def new_frame_reader(opt: Options) -> Read:
    """What reads the image files to train on."""
    return frame_reader(opt.load_size, Path(opt.frame_cache) if opt.frame_cache else None)


def val_clips(opt: Options) -> list[Clip]:
    """The clips to validate on; none with --val_clips 0.

    Raises:
        FileNotFoundError: the dataset has no val split.
    """
    if not opt.val_clips:
        return []
    try:
        return find_clips(opt.layout, Path(opt.dataroot), "val")[: opt.val_clips]
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}\nvalidation needs a val split; --val_clips 0 switches it off") from error


def fixed_settings(opt: Options) -> dict[str, object]:
    """The options that have an effect on what is trained and so must stay the same when the run is resumed."""
    free = ONE_CALL | opt.may_change | flags_of_other_families(opt)
    return {**REMOVED, **{name: value for name, value in vars(opt).items() if name not in free}}


def new_schedule(opt: Options, samples: int) -> Schedule:
    """The schedule for a dataset of so many samples."""
    return Schedule(
        niter=opt.niter,
        niter_decay=opt.niter_decay,
        steps_per_epoch=-(-samples // opt.batchSize),
        batch_size=opt.batchSize,
        print_freq=opt.print_freq,
        display_freq=opt.display_freq,
        save_latest_freq=opt.save_latest_freq,
        save_epoch_freq=opt.save_epoch_freq,
    )


def resumed_step(opt: Options, state: Mapping, samples: int) -> int:
    """The step at which a run goes on: that of its state, or with another --batchSize the one that has seen as much.

    Args:
        samples: of an epoch.
    """
    before = state["settings"].get("batchSize", opt.batchSize)
    if before == opt.batchSize:
        return state["step"]
    epochs, rest = divmod(state["step"], -(-samples // before))
    return epochs * -(-samples // opt.batchSize) + rest * before // opt.batchSize


def start_from(trainer: Trainer, run: Path) -> str:
    """Give the networks of `trainer` the weights that the run in the folder `run` has for them; say which, in a line.

    Raises:
        FileNotFoundError: the folder has no training state.
        ValueError: the weights do not fit, or none is for these networks.
    """
    state, _ = states.load(run)
    if state is None:
        raise FileNotFoundError(f"--init_from {run}: no training state {run / states.STATE}")
    taken = trainer.start_from(state["trainer"]) if isinstance(state.get("trainer"), dict) else []
    if not taken:
        raise ValueError(f"--init_from {run}: that run has none of the networks that are trained here")
    return f"weights of {', '.join(taken)} from {run}, step {state.get('step')}"


def new_batches(opt: Options, dataset: Dataset, start: int, device: torch.device) -> Iterator[dict]:
    """All batches of the run after its first `start` steps."""
    epochs, pin_memory = opt.niter + opt.niter_decay, device.type == "cuda"
    return load_batches(dataset, opt.batchSize, epochs, opt.seed, start, reading_processes(opt.nThreads), pin_memory)
