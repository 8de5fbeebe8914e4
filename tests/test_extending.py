"""docs/extending.md, followed to the letter in a copy of the repository."""

import json
import subprocess
import sys

import pytest
import torch
from PIL import Image
from torch import nn

from tests.helpers.docs import ROOT, apply_changes, copied_repository, section
from tests.helpers.runs import distil, translation

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


def run(root, program, flags):
    return subprocess.run([sys.executable, program, *flags], cwd=root, capture_output=True, text=True)


def test_a_new_teacher_is_distilled_and_translates(extended, tmp_path):
    root, teacher = extended("Add a teacher"), ["--teacher", "toy", "--toy_start", "1"]
    flags = distil(tmp_path, *teacher, "--niter", "1", "--val_clips", "0")
    layers = {"0": nn.Conv2d(3, 6, 4), "2": nn.Conv2d(6, 6, 3), "4": nn.ConvTranspose2d(6, 3, 4)}
    weights = {f"{name}.{key}": x for name, layer in layers.items() for key, x in layer.state_dict().items()}
    torch.save(weights, tmp_path / "teacher.pth")

    trained = run(root, "train.py", flags)
    assert trained.returncode == 0, trained.stderr
    quick = ["--no-verdict", "--no-inside", "--metrics", "psnr"]
    tested = run(root, "test.py", translation(tmp_path, *teacher, *quick))
    assert tested.returncode == 0, tested.stderr
    record = json.loads((tmp_path / "results" / "tiny" / "test_latest" / "metrics.json").read_text())
    assert record["options"]["toy_start"] == 1 and record["quality"]["psnr"]["skipped"] > 0


def test_the_flags_of_a_new_teacher_are_checked(extended, tmp_path):
    flags = distil(tmp_path, "--teacher", "toy", "--toy_start", "4", "--fineSizeW", "47")
    refused = run(extended("Add a teacher"), "train.py", flags)
    assert refused.returncode == 2
    assert "--toy_start must be a whole number between 1 and 3, got '4'" in refused.stderr
    assert "--fineSizeW must be a multiple of 2, got 47" in refused.stderr


def test_a_new_metric_stands_in_table_page_and_files(extended, tmp_path):
    root = extended("Add a metric")
    trained = run(root, "train.py", distil(tmp_path, "--niter", "1", "--val_clips", "0"))
    tested = run(root, "test.py", translation(tmp_path, "--metrics", "mae", "--no-verdict"))
    assert (trained.returncode, tested.returncode) == (0, 0), trained.stderr + tested.stderr
    results = tmp_path / "results" / "tiny" / "test_latest"
    record = json.loads((results / "metrics.json").read_text())
    shown = {"label": "MAE, levels", "better": "↓", "digits": 2, "frames": ["skipped"], "unit": ""}
    assert record["figures"]["mae"] == shown
    value = f"{record['quality']['mae']['skipped']:.2f}"
    assert 0 < float(value) < 255 and record["quality"]["mae"]["per_distance"].keys() == {"1", "2"}
    [shortcut] = [line for line in tested.stdout.splitlines() if line.startswith("Shortcut fixed")]
    assert "MAE, levels ↓" in tested.stdout and shortcut.split()[-1] == value
    page = (results / "index.html").read_text(encoding="utf-8")
    assert ">MAE, levels ↓</th>" in page and f">{value}<" in page and '"name": "MAE, levels"' in page
    assert "shortcut_mae" in (results / "frames.csv").read_text().splitlines()[0]


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
