"""The scripts run as far as the program they call, and the arguments that they give it."""

import os
import subprocess
from pathlib import Path

from options.test_options import TestOptions
from options.train_options import TrainOptions

ROOT = Path(__file__).resolve().parents[2]
CHECK_WEIGHTS = ROOT / "scripts" / "vtoonify" / "check_weights.sh"
STYLES = ROOT / "scripts" / "vtoonify" / "styles.sh"  # is sourced, not run
TASKS = {*(ROOT / "scripts").glob("*/*.sh")} - {CHECK_WEIGHTS, STYLES}
SCRIPTS = [*sorted(TASKS), ROOT / "scripts" / "train_segmenter.sh"]
ON_SAMPLE = [*SCRIPTS, *(ROOT / "scripts" / f"{stem}.sh" for stem in ("ablation", "fit_matching", "fit_refresh"))]
PROGRAMS = {"train.py": TrainOptions, "test.py": TestOptions}
NEEDED = [  # what a command line may name that only a prepared machine has
    "checkpoints/demo_v2c/latest_net_G_A.pth",
    "checkpoints/demo_v2l/latest_net_G_A.pth",
    "checkpoints/demo_l2v/latest_net_G_B.pth",
    "checkpoints/demo_vtoonify/latest_net_vtoonify.pth",
    "checkpoints/demo_l2v/latest_net_FCN8s.pth",
    "checkpoints/v2c_teacher/latest_net_G_A.pth",
    "checkpoints/v2l_teacher/latest_net_G_A.pth",
    "checkpoints/v2l_teacher/latest_net_G_B.pth",
    "saved_models/vgg_normalised.pth",
    "datasets/sample/clip",
    "datasets/heads/clip",
]
STREET, HEADS = ("data.samples.street", "datasets/sample"), ("data.samples.heads", "datasets/heads")
HEIGHTS = {"vtoonify/train_teacher.sh": 96, "vtoonify/train.sh": 128, "vtoonify/test.sh": 144}  # the others: 128


def name(script):
    return script.relative_to(ROOT / "scripts").as_posix()


def script(task):
    return ROOT / "scripts" / "unsup_recycle" / f"{task}.sh"


def shown(script, *flags, cwd=ROOT, **env):
    """The program's arguments as the script would run it, and what it told besides."""
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": "echo", **env}
    ran = subprocess.run(["bash", script, *flags], env=env, cwd=cwd, check=True, capture_output=True, text=True)
    return ran.stdout.split(), ran.stderr


def parsed(arguments):
    return PROGRAMS[arguments[0]]().parse(arguments[1:])


def copied(workplace, name):
    """A script of a copy of the repository that has only the checkpoints which the workplace has."""
    subprocess.run(["cp", "-r", ROOT / "scripts", ROOT / "requirements.txt", workplace], check=True)
    return workplace / "scripts" / "unsup_recycle" / f"{name}.sh"
