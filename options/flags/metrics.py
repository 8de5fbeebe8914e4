"""The flags that choose methods and metrics, and the files that metrics need."""

import argparse

from models.evaluation.baselines import BASELINES
from models.evaluation.metrics import METRICS
from models.evaluation.metrics.segmentation import PROTOCOLS
from options.parser import add_option, choice, existing, several, switch
from options.record import Options
from util.report.record import TEACHER

REFRESHES = ("fixed", "adaptive")


def add_metrics(group: argparse._ArgumentGroup) -> None:
    unless = "not given: teacher, baselines and the Shortcut of --refresh"
    rows = f"methods to compare; fixed, adaptive: the Shortcut with that --refresh; {unless}"
    add_option(group, "--methods", several([TEACHER, *BASELINES, *REFRESHES]), None, rows)
    measured = "metrics beside PSNR; auto: all whose files are there"
    add_option(group, "--metrics", several(METRICS, "auto"), "auto", measured)
    protocols = "how segmentation scores are computed; published: as in the papers' tables, to compare with these only"
    add_option(group, "--seg_protocol", choice(PROTOCOLS), "standard", protocols)
    network = "FCN-8s in the published layout, which segments the translated frames"
    add_option(group, "--seg_weights", existing("file"), None, network)
    truth = "folder of ground-truth label maps; not given: <split>/B for v2l, the frames themselves for l2v"
    add_option(group, "--gt_root", existing("file or folder"), None, truth)
    own = "the clips are VIPER's own: report scores by day, night, sunset, snow and rain, after the clips' numbers"
    switch(group, "--seg_conditions", True, own)
    add_option(group, "--inception_weights", existing("file"), None, "feature network of FID, a TorchScript file")
    add_option(group, "--i3d_weights", existing("file"), None, "feature network of FVD, a TorchScript file")
    other = "read these two files even if they are not the published ones; TorchScript holds code, which would run"
    switch(group, "--trust_torchscript", False, other)
    real = "real videos or clip folders for FID and FVD; not given: Cityscapes for v2c, <split>/A for l2v"
    add_option(group, "--real_root", existing("file or folder"), None, real)


def methods_of(opt: Options) -> list[str]:
    """The methods of --methods; by default the Shortcut with --refresh, and with --compare teacher and baselines."""
    if opt.methods is not None:
        return opt.methods.split(",")
    return [*((TEACHER, *BASELINES) if opt.compare else ()), opt.refresh]


def metric_problems(opt: Options) -> list[str]:
    return [*_method_problems(opt), *_metric_problems(opt)]


def _method_problems(opt: Options) -> list[str]:
    methods, given = methods_of(opt), f"--methods {opt.methods}"
    problems = []
    if opt.refresh not in methods:
        problems.append(f"{given} lacks {opt.refresh}, the Shortcut of this run: add it, or give another --refresh")
    if opt.compare and TEACHER not in methods:
        problems.append(f"{given} lacks teacher, which all others are compared with: add it, or give --no-compare")
    if not opt.compare and (compared := [name for name in methods if name not in REFRESHES]):
        problems.append(f"{given} needs --compare: {', '.join(compared)} need the teacher's frames, got --no-compare")
    return problems


def _metric_problems(opt: Options) -> list[str]:
    problems = []
    if not opt.compare and opt.metrics != "auto":
        problems.append(f"--metrics {opt.metrics} needs --compare: --no-compare measures nothing")
    if opt.seg_weights is not None and opt.layout == "v2l":
        problems.append("--seg_weights is not for v2l: its outputs are label maps, whose colours are the classes")
    return problems
