"""The flags of train.py that say what is minimised: loss weights, and the discriminators of adversarial losses."""

import argparse

from options.parser import PATH, add_option, choice, float_range, int_range, switch
from options.record import Options

SHORTCUT_WEIGHTS = {  # flag: (published value, what it weighs)
    "lambda_L1": (5.0, "L1 distance of the Shortcut's and the teacher's features"),
    "lambda_align": (5.0, "L1 distance of the warped reference features and the teacher's features"),
    "lambda_L1_out": (10.0, "L1 distance of the Shortcut's and the teacher's image"),
    "lambda_L2_out": (0.0, "mean squared difference of the same images"),
    "lambda_lpips": (10.0, "perceptual distance of the same images, see --perceptual"),
    "lambda_D": (1.0, "adversarial loss"),
    "lambda_D_T": (1.0, "temporal adversarial loss, on pairs of reference and current image"),
}
TEACHER_WEIGHTS = {  # flag, for _A and _B
    "lambda_cycle": (10.0, "cycle loss"),
    "lambda_unsup_cycle": (10.0, "unsupervised recycle loss"),
    "lambda_spa_unsup": (10.0, "unsupervised spatial loss"),
    "lambda_content": (0.0, "content loss, needs --vgg_path"),
}


def add_shortcut_losses(group: argparse._ArgumentGroup) -> None:
    for name, (default, text) in SHORTCUT_WEIGHTS.items():
        add_option(group, f"--{name}", float_range(0, 1e6), default, text)
    switch(group, "--Temporal_GAN_loss", True, "off does the same as --lambda_D_T 0")
    perceptual = "lpips: VGG16 with LPIPS heads; teacher: features of the frozen teacher, needs no file; none: off"
    add_option(group, "--perceptual", choice(["lpips", "teacher", "none"]), "lpips", perceptual)


def shortcut_weights(opt: Options) -> dict[str, float]:
    """The weights of the Shortcut's losses, by the names that `LossWeights` has for them; 0: the term is off."""
    return {
        "feature": opt.lambda_L1,
        "align": opt.lambda_align,
        "output": opt.lambda_L1_out,
        "squared": opt.lambda_L2_out,
        "adversarial": opt.lambda_D,
        "temporal": opt.lambda_D_T if opt.Temporal_GAN_loss else 0.0,
        "perceptual": 0.0 if opt.perceptual == "none" else opt.lambda_lpips,
    }


def add_teacher_losses(group: argparse._ArgumentGroup) -> None:
    for name, (default, text) in TEACHER_WEIGHTS.items():
        for side in "AB":
            add_option(group, f"--{name}_{side}", float_range(0, 1e6), default, f"{text}, domain {side}")
    add_option(group, "--lambda_identity", float_range(0, 1e6), 0.0, "identity loss, both domains")
    checkerboard = "loss on patterns of 2 and 4 pixels in the generators' outputs, both domains"
    add_option(group, "--lambda_checkerboard", float_range(0, 1e6), 0.0, checkerboard)
    add_option(
        group, "--motion_level", float_range(0, 1e4), 8.0, "spread of the synthetic flow, pixels; 0: constant shifts"
    )
    add_option(
        group,
        "--scale_level",
        float_range(0, 100),
        0.0,
        "zoom of the synthetic flow; above 0 it replaces the other motion",
    )
    add_option(group, "--shift_level", float_range(0, 1e4), 10.0, "largest whole-pixel shift of the synthetic flow")
    add_option(group, "--noise_level", float_range(0, 100), 0.001, "spread of the noise added to warped images")
    add_option(group, "--vgg_path", PATH, "saved_models/vgg_normalised.pth", "VGG19 weights of the content loss")


def add_discriminators(group: argparse._ArgumentGroup) -> None:
    add_option(group, "--gan_mode", choice(["lsgan", "vanilla", "hinge"]), "lsgan", "adversarial loss")
    text, none = "published spelling of --gan_mode vanilla", argparse.SUPPRESS
    group.add_argument("--no_lsgan", dest="gan_mode", action="store_const", const="vanilla", default=none, help=text)
    add_option(
        group, "--pool_size", int_range(0, 2**16), 0, "earlier generated images that the discriminators are shown again"
    )
    add_option(group, "--ndf", int_range(1, 2**12), 64, "channels of the first layer")
    add_option(
        group,
        "--Shortcut_n_layers_D",
        int_range(1, 16),
        1,
        "layers between first and last of the Shortcut's discriminators",
    )
