"""The flags of train.py."""

import argparse
from collections.abc import Mapping

from data.pairs import GAPS
from options import checks
from options.base_options import BaseOptions
from options.flags.losses import add_discriminators, add_shortcut_losses, add_teacher_losses
from options.parser import (
    PATH,
    TEXT,
    add_option,
    choice,
    existing,
    float_range,
    int_or,
    int_range,
    several_words,
    switch,
)
from options.record import Options

PROBLEMS = {  # --model: what can be wrong with the flags of this training alone
    "ShortcutV2V": checks.shortcut_problems,
    "unsup_single": checks.unsup_problems,
    "vtoonify": checks.cartoon_problems,
    "fcn8s": checks.segmenter_problems,
}


class TrainOptions(BaseOptions):
    """The options of train.py. `--model` says what is trained: a Shortcut, a teacher or a segmenter."""

    program = "train.py"
    phase = "train"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        _add_training(training := parser.add_argument_group("training"))
        _add_dtype(training)
        _add_optimiser(parser.add_argument_group("optimiser"))
        _add_records(parser.add_argument_group("records", "all frequencies count samples, unless they say epochs"))
        off = "0 switches a term off, and its network is not built"
        add_shortcut_losses(parser.add_argument_group("shortcut losses", off))
        _add_recycle_gan(parser.add_argument_group("new teacher (--model unsup_single)"))
        add_teacher_losses(parser.add_argument_group("teacher losses (--model unsup_single)", off))
        _add_cartoon(parser.add_argument_group("cartoon teacher (--model vtoonify)"))
        add_discriminators(parser.add_argument_group("discriminators"))
        _add_segmenter(parser.add_argument_group("segmenter (--model fcn8s)", "FCN-8s; the defaults are as published"))

    def reads_clips(self, values: Mapping[str, object]) -> bool:
        return values["model"] in {"ShortcutV2V", "vtoonify"}

    def problems(self, opt: Options) -> list[str]:
        found = [*super().problems(opt), *checks.crop_problems(opt), *checks.process_problems(opt)]
        if opt.niter + opt.niter_decay == 0:
            found.append("--niter and --niter_decay are both 0: no epoch to train")
        if unknown := sorted(overridden(opt) - opt.defaults.keys()):
            found.append(f"--override must name flags without their dashes, such as lr; got {', '.join(unknown)}")
        return found + PROBLEMS[opt.model](opt)


def overridden(opt: Options) -> set[str]:
    """The flags that --override names."""
    return set(opt.override.split(",")) if opt.override else set()


def _add_training(group: argparse._ArgumentGroup) -> None:
    model = "ShortcutV2V: distil a Shortcut into --main_G_path"
    others = "unsup_single, vtoonify: train a teacher; fcn8s: train a segmenter"
    add_option(group, "--model", choice(PROBLEMS), "ShortcutV2V", f"{model}; {others}")
    add_option(group, "--batchSize", int_range(1, 2**16), 1, "samples per step, of all processes together")
    amp = "bf16, fp16: half precision where torch's autocast finds it safe; auto: bf16 where it is fast"
    add_option(group, "--amp", choice(["off", "bf16", "fp16", "auto"]), "off", amp, may_change=True)
    reading = "processes that read data; 0 reads in the main one; auto: one for each core but one"
    add_option(group, "--nThreads", int_or("auto", 0, 256), 2, reading, may_change=True)
    parts = "compute the gradients of a batch in so many parts, one after the other: takes the memory of one part"
    add_option(group, "--accumulate", int_range(1, 2**16), 1, parts, may_change=True)
    switch(group, "--compile", False, "let torch.compile make the large networks faster; the first steps take minutes")
    kept = "keep resized image files in this folder, so that each is decoded once; not given: decode them every time"
    add_option(group, "--frame_cache", PATH, None, kept, may_change=True)
    add_option(
        group, "--max_dataset_size", int_range(1), None, "use this many clips (of each domain) at most; not given: all"
    )
    kinds = "uniform: as published; near: d frames with a chance in proportion to 1/d, for long --max_interval"
    add_option(group, "--gaps", choice(GAPS), "uniform", f"how far apart the frames of a pair lie; {kinds}")
    switch(group, "--flip", False, "mirror half of the samples")
    text, none = "published spelling of --no-flip", argparse.SUPPRESS
    group.add_argument("--no_flip", dest="flip", action="store_false", default=none, help=text)
    add_option(
        group, "--mask_initial", float_range(-100, 100), 0.0, "what the blending mask starts with, before the sigmoid"
    )
    add_option(group, "--init_gain", float_range(1e-6, 10), 0.02, "gain of a new block's weights; 1 trains much faster")
    kinds = "xavier: as published; reuse: it first shows the reference again, which learns motion much sooner"
    add_option(group, "--init_type", choice(["xavier", "reuse"]), "xavier", f"how a new block starts; {kinds}")
    switch(group, "--continue_train", False, "go on with the run of this name as if it had never stopped")
    switch(group, "--restart", False, "discard an existing run of this name; wins over --continue_train")
    changed = "flags that --continue_train may change all the same, such as lr,batchSize"
    several_words(group, "--override", TEXT, None, changed)
    warm = "folder of another run: a new run starts from the weights in its state"
    add_option(group, "--init_from", existing("file or folder"), None, warm)


def _add_dtype(group: argparse._ArgumentGroup) -> None:
    """For checks alone: in float64, a difference that is no rounding error shows."""
    kind = choice(["float32", "float64"])
    group.add_argument("--dtype", type=kind, default="float32", metavar=kind.metavar, help=argparse.SUPPRESS)


def _add_optimiser(group: argparse._ArgumentGroup) -> None:
    add_option(group, "--niter", int_range(0), 100, "epochs at the full learning rate", may_change=True)
    decay = "epochs after those, in which it falls linearly towards 0"
    add_option(group, "--niter_decay", int_range(0), 100, decay, may_change=True)
    add_option(group, "--lr", float_range(0, 100), 2e-4, "learning rate of the Shortcut, or of a teacher's networks")
    add_option(group, "--d_lr", float_range(0, 100), 2e-4, "learning rate of the Shortcut's discriminators")
    add_option(group, "--beta1", float_range(0, 0.9999), 0.5, "first beta of Adam")


def _add_records(group: argparse._ArgumentGroup) -> None:
    trace = "write what these many steps do to trace.json in the run's folder, for chrome://tracing; 0: none"
    add_option(group, "--profile", int_range(0), 0, trace)
    add_option(group, "--print_freq", int_range(1), 100, "between status lines", may_change=True)
    add_option(group, "--display_freq", int_range(1), 2000, "between pictures in TensorBoard", may_change=True)
    latest = "every so many samples: save the latest weights and state, then validate"
    add_option(group, "--save_latest_freq", int_range(1), 2000, latest, may_change=True)
    kept = "epochs between checkpoints kept under the epoch's number"
    add_option(
        group, "--keep_states", int_range(1, 100), 3, "states to keep: the newest, and those before it", may_change=True
    )
    add_option(group, "--save_epoch_freq", int_range(1), 50, kept, may_change=True)
    add_option(
        group, "--tensorboard_dir", PATH, None, "TensorBoard records go to <tensorboard_dir>/<name>; not given: none"
    )
    clips = "validation reads this many clips of the val split; 0 switches it off"
    add_option(group, "--val_clips", int_range(0), 4, clips, may_change=True)
    add_option(
        group, "--val_frames", int_range(2), 30, "validation reads this many frames of each clip", may_change=True
    )


def _add_recycle_gan(group: argparse._ArgumentGroup) -> None:
    networks = choice(["resnet_6blocks", "resnet_9blocks"])
    add_option(group, "--which_model_netG", networks, "resnet_6blocks", "generators")
    add_option(group, "--ngf", int_range(1, 2**12), 64, "channels of the generators' first layer")
    add_option(group, "--ngf_B", int_range(1, 2**12), None, "the same of G_B (B -> A) alone; not given: --ngf")
    for name in ("G_A", "G_B"):
        weights = f"file of weights that {name} starts from; a narrower network is widened; not given: random weights"
        add_option(group, f"--init_{name}", PATH, None, weights)
    add_option(group, "--which_model_netD", choice(["basic"]), "basic", "discriminators")


def _add_cartoon(group: argparse._ArgumentGroup) -> None:
    width = "channels at its low resolutions, a multiple of 16; the published network has 512"
    add_option(group, "--width", int_range(16, 2**12), 64, width)
    switch(group, "--photographs", True, "also train on the photographs that scikit-image contains")


def _add_segmenter(group: argparse._ArgumentGroup) -> None:
    add_option(group, "--fcn_width", int_range(1, 2**12), 64, "channels of the first layers")
    add_option(group, "--fcn_hidden", int_range(1, 2**16), 4096, "channels of the last layers before the scores")
