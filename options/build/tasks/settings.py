"""Which options every part of a resumed run must share."""

from options.flags.vtoonify import VTOONIFY_ONLY
from options.record import ONE_CALL, REMOVED, Options

# What may differ between the parts of a resumed run: how long, how often, how fast, from where.
MAY_CHANGE = ONE_CALL | {
    *("name", "checkpoints_dir", "tensorboard_dir", "dataroot", "main_G_path", "vgg_path", "gpu_ids", "nThreads"),
    *("amp", "init_G_A", "init_G_B"),
    *("niter", "niter_decay", "print_freq", "display_freq", "save_latest_freq", "save_epoch_freq"),
    *("val_clips", "val_frames", "deform_backend", "exstyle_path", "faceparsing_path"),
    *("style_encoder_path", "landmarks_path"),
}


def fixed_settings(opt: Options) -> dict[str, object]:
    """The options that every part of a resumed run must share: those that have an effect on what is trained."""
    without_effect = set() if opt.teacher == "vtoonify" else VTOONIFY_ONLY
    given = {name: value for name, value in vars(opt).items() if name not in MAY_CHANGE | without_effect}
    return {**REMOVED, **given}
