"""The flags that say which methods are shown beside each other, what is measured, and with which files."""

import argparse

from models.evaluation.baselines import BASELINES
from models.evaluation.metrics import METRICS
from models.evaluation.metrics.segmentation import PROTOCOLS
from options.parser import choice, existing, several, switch, value
from options.record import Options
from util.report.record import TEACHER

REFRESHES = ("fixed", "adaptive")


def add_metrics(group: argparse._ArgumentGroup) -> None:
    shown = "rows of the table; fixed, adaptive: the Shortcut with that --refresh; not given: all but the other"
    value(group, "--methods", several([TEACHER, *BASELINES, *REFRESHES]), None, shown)
    measured = "what to measure beside PSNR; auto: all that lack nothing"
    value(group, "--metrics", several(METRICS, "auto"), "auto", measured)
    protocols = "how class maps are judged; published: as the papers' tables were, for comparison with them only"
    value(group, "--seg_protocol", choice(PROTOCOLS), "standard", protocols)
    network = "FCN-8s, of the published layout, that says what translated frames show"
    value(group, "--seg_weights", existing("file"), None, network)
    truth = "folder of the frames' ground-truth label maps; not given: of v2l <split>/B, of l2v the frames themselves"
    value(group, "--gt_root", existing("file or folder"), None, truth)
    own = "the clips are VIPER's own, so that their numbers tell day, night, sunset, snow and rain"
    switch(group, "--seg_conditions", True, own)
    value(group, "--inception_weights", existing("file"), None, "feature network of FID, a TorchScript file")
    value(group, "--i3d_weights", existing("file"), None, "feature network of FVD, a TorchScript file")
    real = "real videos or clip folders, for FID and FVD; not given: of v2c Cityscapes, of l2v <split>/A"
    value(group, "--real_root", existing("file or folder"), None, real)


def methods_of(opt: Options) -> list[str]:
    """--methods, or where it was not given: the Shortcut as it refreshes, and all that it is compared with."""
    if opt.methods is not None:
        return opt.methods.split(",")
    return [*((TEACHER, *BASELINES) if opt.compare else ()), opt.refresh]


def metric_problems(opt: Options) -> list[str]:
    return [*_method_problems(opt), *_measuring_problems(opt)]


def _method_problems(opt: Options) -> list[str]:
    methods, given = methods_of(opt), f"--methods {opt.methods}"
    found = []
    if opt.refresh not in methods:
        found.append(f"{given} lacks {opt.refresh}, the Shortcut of this run: name it too, or give another --refresh")
    if opt.compare and TEACHER not in methods:
        found.append(f"{given} lacks teacher, what all others are measured against: name it, or give --no-compare")
    if not opt.compare and (compared := [name for name in methods if name not in REFRESHES]):
        found.append(f"{given} needs --compare: {', '.join(compared)} need the teacher's frames, got --no-compare")
    return found


def _measuring_problems(opt: Options) -> list[str]:
    found = []
    if not opt.compare and opt.metrics != "auto":
        found.append(f"--metrics {opt.metrics} needs --compare: --no-compare measures nothing")
    if opt.seg_weights is not None and opt.layout == "v2l":
        found.append("--seg_weights is not for v2l: its outputs are label maps, whose colours say what they show")
    return found
