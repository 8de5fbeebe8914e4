"""Flags of the published programs that this one does not have: needless, since it acts so anyway, or dropped."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Needless:
    """A published flag that asks for what is done anyway, or that had no effect.

    why: ends the sentence "--flag is not needed: ...".
    values: those that ask for it, in small letters; "" is the flag alone. None: any one value, or none.
    """

    why: str
    values: tuple[str, ...] | None = None


_CROPS = ("rectangle", "square", "none")
ON = ("", "true", "1")
_NO_EFFECT = Needless("it had no effect in the published code")
_DISPLAY = Needless("there is no Visdom server; --tensorboard_dir shows curves and pictures")
NEEDLESS = {
    "--no_dropout": Needless("no teacher here has dropout", ON),
    "--crop_mode": Needless(
        "training crops as --resize_mode says, a test does not crop", ("rectangle", "square", "none")
    ),
    "--norm": Needless("all networks use instance normalisation", ("instance",)),
    "--input_nc": Needless("pictures have 3 channels", ("3",)),
    "--output_nc": Needless("pictures have 3 channels", ("3",)),
    "--which_direction": Needless("A to B is meant", ("atob",)),
    "--epoch_count": Needless("a new run starts at epoch 1", ("1",)),
    "--no_flip": Needless("a test mirrors nothing", ON),
    "--model": Needless("a test runs a teacher and its Shortcut", ("unsup_single", "shortcutv2v")),
    "--which_model_netG": Needless("the file of --main_G_path tells the network"),
    "--which_model_netD": Needless("a test has no discriminator"),
    "--ngf": Needless("the file of --main_G_path tells the width"),
    "--ndf": Needless("a test has no discriminator"),
    "--video": Needless("videos and pictures are told apart by their names", ON),
    "--lambda_A": _NO_EFFECT,
    "--lambda_B": _NO_EFFECT,
    **dict.fromkeys(["--hetconv", "--het_1x1", "--spectral_norm", "--label_nc", "--eval_freq"], _NO_EFFECT),
    **dict.fromkeys(["--which_iter", "--ntest", "--aspect_ratio"], _NO_EFFECT),
    **dict.fromkeys(["--display_id", "--display_port", "--display_server", "--display_winsize"], _DISPLAY),
    **dict.fromkeys(["--display_single_pane_ncols", "--update_html_freq", "--no_html"], _DISPLAY),
}
DROPPED = {
    "--crop_mode": "training crops as --resize_mode says",
    "--epoch_count": "a resumed run keeps its own state, use --continue_train",
    "--norm": "all networks use instance normalisation",
    "--no_dropout": "no teacher here has dropout",
    "--serial_batches": "training always shuffles, test.py never does",
    "--split": "use --phase",
    "--batch_size": "test.py translates one frame at a time; training has --batchSize",
    "--vtoonify_skip": "the small picture is always moved and corrected",
    "--input_nc": "pictures have 3 channels",
    "--output_nc": "pictures have 3 channels",
    "--which_direction": "exchange the folders A and B, or take the teacher G_B",
    "--model": "only train.py has it",
    "--cpu": "use --gpu_ids -1",
    "--content": "use --dataroot",
    "--ckpt": "use --main_G_path",
    "--output_path": "use --results_dir",
}


def needless(extras: Sequence[str]) -> tuple[list[str], list[str]]:
    """(one line for each needless flag, what is left): of the arguments that a program does not know.

    A flag with a value that asks for something else is left, like an unknown one.
    """
    notes, left, number = [], [], 0
    while number < len(extras):
        flag, given, value = extras[number].partition("=")
        used = 1
        if not given and number + 1 < len(extras) and not extras[number + 1].startswith("--"):
            value, used = extras[number + 1], 2
        known = NEEDLESS.get(flag)
        if known and (known.values is None or value.lower() in known.values):
            notes.append(f"{flag}{f' {value}' if value else ''} is not needed: {known.why}")
        else:
            left += extras[number : number + used]
        number += used
    return notes, left
