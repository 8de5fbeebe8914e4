"""The flags of train.py."""

import argparse

from data.pairs import GAPS
from options import checks
from options.base_options import BaseOptions
from options.parser import PATH, choice, number, switch, value, whole
from options.record import Options

SHORTCUT_WEIGHTS = {  # flag: (published value, what it weighs)
    "lambda_L1": (5.0, "L1, Shortcut's to teacher's features"),
    "lambda_align": (5.0, "L1, warped reference features to teacher's features"),
    "lambda_L1_out": (10.0, "L1, Shortcut's to teacher's picture"),
    "lambda_L2_out": (0.0, "mean squared difference of the same"),
    "lambda_lpips": (10.0, "perceptual distance of the same, see --perceptual"),
    "lambda_D": (1.0, "adversarial"),
    "lambda_D_T": (1.0, "temporal adversarial, on pairs of reference and current picture"),
}
TEACHER_WEIGHTS = {  # flag, for _A and _B
    "lambda_cycle": (10.0, "cycle"),
    "lambda_unsup_cycle": (10.0, "unsupervised recycle"),
    "lambda_spa_unsup": (10.0, "unsupervised spatial"),
    "lambda_content": (0.0, "content, needs --vgg_path"),
}
PROBLEMS = {  # of a training that is not the other's
    "ShortcutV2V": checks.shortcut_problems,
    "unsup_single": checks.unsup_problems,
    "vtoonify": checks.cartoon_problems,
    "fcn8s": checks.segmenter_problems,
}


class TrainOptions(BaseOptions):
    """Options of distilling a Shortcut, or of training a teacher or a segmenter, as `--model` says."""

    program = "train.py"
    phase = "train"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        _add_what(parser.add_argument_group("training"))
        _add_optimiser(parser.add_argument_group("optimiser"))
        _add_records(parser.add_argument_group("records", "all frequencies count samples, unless they say epochs"))
        off = "0 switches a term off, and its network is not built"
        _add_shortcut_losses(parser.add_argument_group("shortcut losses", off))
        _add_new_teacher(parser.add_argument_group("new teacher (--model unsup_single)"))
        _add_teacher_losses(parser.add_argument_group("teacher losses (--model unsup_single)", off))
        _add_cartoons(parser.add_argument_group("cartoon teacher (--model vtoonify)"))
        _add_discriminators(parser.add_argument_group("discriminators"))
        _add_segmenter(parser.add_argument_group("segmenter (--model fcn8s)", "FCN-8s; the defaults are as published"))

    def problems(self, opt: Options) -> list[str]:
        found = [*super().problems(opt), *checks.crop_problems(opt)]
        if opt.niter + opt.niter_decay == 0:
            found.append("--niter and --niter_decay are both 0: no epoch to train")
        return found + PROBLEMS[opt.model](opt)


def _add_what(group: argparse._ArgumentGroup) -> None:
    model = "ShortcutV2V: distil a Shortcut into --main_G_path"
    others = "unsup_single, vtoonify: train a teacher; fcn8s: train a segmenter"
    value(group, "--model", choice(PROBLEMS), "ShortcutV2V", f"{model}; {others}")
    value(group, "--batchSize", whole(1), 1, "samples per step")
    amp = (
        "bf16: half precision where torch's autocast knows it is safe; auto: bf16 where the processor computes with it"
    )
    value(group, "--amp", choice(["off", "bf16", "auto"]), "off", amp, may_change=True)
    value(group, "--nThreads", whole(0), 2, "processes that read data; 0 reads in the main one", may_change=True)
    value(group, "--max_dataset_size", whole(1), None, "use this many clips (of each domain) at most; not given: all")
    kinds = "uniform: as published; near: d frames with a chance in proportion to 1/d, for long --max_interval"
    value(group, "--gaps", choice(GAPS), "uniform", f"how far apart the frames of a pair lie; {kinds}")
    switch(group, "--flip", False, "mirror half of the samples")
    group.add_argument(
        "--no_flip",
        dest="flip",
        action="store_false",
        default=argparse.SUPPRESS,
        help="published spelling of --no-flip",
    )
    value(group, "--mask_initial", number(-100, 100), 0.0, "what the blending mask starts with, before the sigmoid")
    value(group, "--init_gain", number(1e-6, 10), 0.02, "gain of a new block's weights; 1 trains much faster")
    kinds = "xavier: as published; reuse: it first shows the reference again, which learns motion much sooner"
    value(group, "--init_type", choice(["xavier", "reuse"]), "xavier", f"how a new block starts; {kinds}")
    switch(group, "--continue_train", False, "go on with the run of this name as if it had never stopped")
    switch(group, "--restart", False, "discard an existing run of this name; wins over --continue_train")


def _add_optimiser(group: argparse._ArgumentGroup) -> None:
    value(group, "--niter", whole(0), 100, "epochs at the full learning rate", may_change=True)
    decay = "epochs after those, in which it falls linearly towards 0"
    value(group, "--niter_decay", whole(0), 100, decay, may_change=True)
    value(group, "--lr", number(0), 2e-4, "learning rate of the Shortcut, or of a teacher's networks")
    value(group, "--d_lr", number(0), 2e-4, "learning rate of the Shortcut's discriminators")
    value(group, "--beta1", number(0, 0.9999), 0.5, "first beta of Adam")


def _add_records(group: argparse._ArgumentGroup) -> None:
    value(group, "--print_freq", whole(1), 100, "between status lines", may_change=True)
    value(group, "--display_freq", whole(1), 2000, "between pictures in TensorBoard", may_change=True)
    latest = "between saves of latest and resumable state, and validations"
    value(group, "--save_latest_freq", whole(1), 2000, latest, may_change=True)
    kept = "epochs between checkpoints kept under the epoch's number"
    value(group, "--save_epoch_freq", whole(1), 50, kept, may_change=True)
    value(group, "--tensorboard_dir", PATH, None, "TensorBoard records go to <tensorboard_dir>/<name>; not given: none")
    clips = "validation reads this many clips of the val split; 0 switches it off"
    value(group, "--val_clips", whole(0), 4, clips, may_change=True)
    value(group, "--val_frames", whole(2), 30, "validation reads this many frames of each clip", may_change=True)


def _add_shortcut_losses(group: argparse._ArgumentGroup) -> None:
    for name, (default, text) in SHORTCUT_WEIGHTS.items():
        value(group, f"--{name}", number(0), default, text)
    switch(group, "--Temporal_GAN_loss", True, "off does the same as --lambda_D_T 0")
    perceptual = "lpips: VGG16 with LPIPS heads; teacher: features of the frozen teacher, needs no file; none: off"
    value(group, "--perceptual", choice(["lpips", "teacher", "none"]), "lpips", perceptual)


def _add_new_teacher(group: argparse._ArgumentGroup) -> None:
    networks = choice(["resnet_6blocks", "resnet_9blocks"])
    value(group, "--which_model_netG", networks, "resnet_6blocks", "generators")
    value(group, "--ngf", whole(1), 64, "channels of their first layer")
    value(group, "--ngf_B", whole(1), None, "the same of G_B (B -> A), where only G_A is wanted; not given: --ngf")
    for name in ("G_A", "G_B"):
        start = f"weights that {name} starts from; those of a narrower one are widened; not given: new ones"
        value(group, f"--init_{name}", PATH, None, start)
    value(group, "--which_model_netD", choice(["basic"]), "basic", "discriminators")


def _add_teacher_losses(group: argparse._ArgumentGroup) -> None:
    for name, (default, text) in TEACHER_WEIGHTS.items():
        for side in "AB":
            value(group, f"--{name}_{side}", number(0), default, f"{text}, domain {side}")
    value(group, "--lambda_identity", number(0), 0.0, "identity, both domains")
    value(group, "--lambda_checkerboard", number(0), 0.0, "patterns of 2 and 4 pixels in outputs, both domains")
    value(group, "--motion_level", number(0), 8.0, "spread of the synthetic flow, pixels; 0: constant shifts")
    value(group, "--scale_level", number(0), 0.0, "zoom of the synthetic flow; above 0 it replaces --motion_level")
    value(group, "--shift_level", number(0), 10.0, "largest whole-pixel shift of the synthetic flow")
    value(group, "--noise_level", number(0), 0.001, "spread of the noise added to warped pictures")
    value(group, "--vgg_path", PATH, "saved_models/vgg_normalised.pth", "VGG19 weights of the content loss")


def _add_cartoons(group: argparse._ArgumentGroup) -> None:
    value(group, "--width", whole(16), 64, "channels of its small resolutions, 512 in the published one; of 16s")
    switch(group, "--photographs", True, "train on the photographs that come with scikit-image, too")


def _add_discriminators(group: argparse._ArgumentGroup) -> None:
    value(group, "--gan_mode", choice(["lsgan", "vanilla", "hinge"]), "lsgan", "adversarial loss")
    group.add_argument(
        "--no_lsgan",
        dest="gan_mode",
        action="store_const",
        const="vanilla",
        default=argparse.SUPPRESS,
        help="published spelling of --gan_mode vanilla",
    )
    value(group, "--pool_size", whole(0), 0, "earlier pictures that the discriminators are shown again")
    value(group, "--ndf", whole(1), 64, "channels of their first layer")
    value(group, "--Shortcut_n_layers_D", whole(1), 1, "layers between first and last of the Shortcut's discriminators")


def _add_segmenter(group: argparse._ArgumentGroup) -> None:
    value(group, "--fcn_width", whole(1), 64, "channels of its first layers")
    value(group, "--fcn_hidden", whole(1), 4096, "channels of its last layers before the scores")
