"""The parts of docs/extending.md that change existing files, followed to the letter in a copy of the repository."""

import subprocess
import sys

import pytest
from PIL import Image

from tests.helpers.docs import ROOT, apply_changes, copied_repository, section

EXTENDING = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


@pytest.fixture
def extended(tmp_path):
    """extended(heading) -> a copy of the repository, with the changes below this heading."""

    def extend(heading):
        root = copied_repository(tmp_path / "copy")
        apply_changes(section(EXTENDING, heading), root)
        return root

    return extend


def told(root, program, *arguments):
    """What a Python program prints that runs in the folder `root`."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_a_new_dataset_layout_is_known_by_its_name(extended, tmp_path, write_frames):
    davis = tmp_path / "DAVIS"
    (davis / "ImageSets" / "2017").mkdir(parents=True)
    (davis / "ImageSets" / "2017" / "train.txt").write_text("bear\n")
    write_frames(davis / "JPEGImages" / "480p" / "bear", ["00000.jpg", "00001.jpg"])
    write_frames(davis / "JPEGImages" / "480p" / "bike", ["00000.jpg"])
    (tmp_path / "teacher.pth").touch()
    program = """
import sys
from pathlib import Path
from data import find_clips
from options.train_options import TrainOptions
opt = TrainOptions().parse(["--dataroot", sys.argv[1], "--dataset_option", "davis", "--main_G_path", sys.argv[2]])
print([(clip.name, len(clip.frames)) for clip in find_clips(opt.layout, Path(opt.dataroot), opt.split)])
"""
    assert told(extended("Add a dataset layout"), program, davis, tmp_path / "teacher.pth") == "[('bear', 2)]"


def test_a_new_loss_term_has_a_flag_and_is_trained_with(extended, tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "frame.png")
    program = f"""
import sys
sys.path.append({str(ROOT)!r})  # behind the copy: only the tests come from there
import torch
from models.training import losses
from options.build.tasks.shortcut_v2v import new_distiller
from options.train_options import TrainOptions
from tests.helpers.tiny import block, teacher, video
flags = ["--lambda_edge", "5", "--lambda_L1", "1", "--lambda_D", "0", "--lambda_D_T", "0", "--perceptual", "none"]
opt = TrainOptions().parse(["--dataroot", ".", "--main_G_path", sys.argv[1], *flags])
terms = new_distiller(opt, teacher(), block(), torch.device("cpu")).step(*video(2, 32, 32))
print(losses.__file__, terms["edge"] > 0)
"""
    root = extended("Add a loss term")
    assert told(root, program, tmp_path / "frame.png") == f"{root / 'models' / 'training' / 'losses.py'} True"


def test_a_line_that_the_code_no_longer_has_is_named(tmp_path):
    (tmp_path / "a.py").write_text("one\n")
    with pytest.raises(ValueError, match=r"a\.py must hold the line 'two' once, but holds it 0 times"):
        apply_changes("```python\n# a.py, below: two\nthree\n```\n", tmp_path)
