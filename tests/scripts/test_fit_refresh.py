"""The program that fits the adaptive refresh, and its script."""

import csv
import json
import os
import subprocess
import xml.etree.ElementTree as ET

import pytest

from models.shortcut.checkpoint import to_checkpoint
from options.fit_options import FitOptions
from options.test_options import TestOptions
from scripts.fit_refresh import fit
from test import translate
from tests.helpers.runs import CPU, HEIGHT, ROOT, WIDTH, places, program, stripes, teacher_file, translation, viper
from tests.helpers.runs import save as save_frame
from tests.helpers.tiny import block, teacher
from util import checkpoint

FITTED = "runs/tiny/latest_refresh.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data, a teacher and an untrained block of it; the val clip moves, stands still and moves on."""
    folder = tmp_path_factory.mktemp("fit")
    viper(folder / "data", frames=1)
    for number, shift in enumerate([0, 1, 2, 3, 4, 4, 4, 4, 4, 5, 6, 7]):
        name = f"065_{number:05d}.png"
        save_frame(folder / "data" / "Viper" / "val" / "img" / "065" / name, stripes(shift, 65))
    teacher_file(folder / "teacher.pth")
    state = to_checkpoint(block(), checkpoint.fingerprint(teacher().uncut_weights()), teacher().split)
    (folder / "runs" / "tiny").mkdir(parents=True)
    checkpoint.save(folder / "runs" / "tiny" / "latest_net_ShortcutV2V.pth", state)
    return folder


def flags(folder, *more):
    size = ["--name", "tiny", "--fineSizeW", WIDTH, "--fineSizeH", HEIGHT, "--max_interval", "5"]
    return [str(flag) for flag in [*places(folder), *size, *CPU, *more]]


def fitted(folder, *more):
    assert fit(FitOptions().parse(flags(folder, *more))) == 0
    return json.loads((folder / FITTED).read_text())


def rows(path):
    return list(csv.DictReader(path.open()))


def test_as_a_program_it_leaves_a_threshold_a_curve_and_a_comparison(folder):
    ended = program("scripts/fit_refresh.py", flags(folder))
    assert ended.returncode == 0, ended.stderr
    assert "fixed interval 3" in ended.stdout and "adaptive, equal PSNR" in ended.stdout
    record = json.loads((folder / FITTED).read_text())
    assert record["threshold"] > 0 and record["max_interval"] == 5 and record["target"] == {"interval": 3}
    assert record["clips"] == ["065"]
    assert len(record["shortcut_fingerprint"]) == len(record["teacher_fingerprint"]) == 16
    found = rows(folder / "runs" / "tiny" / "latest_refresh.csv")
    assert [row["setting"] for row in found if row["policy"] == "fixed"] == ["2", "3", "4", "5"]
    rival = next(row for row in found if row["setting"] == "3")
    assert record["measured"]["amortised_macs"] <= float(rival["amortised_macs"]) + 1
    assert record["measured"]["pooled_psnr"] >= float(rival["pooled_psnr"]) - 1e-3
    ET.parse(folder / "runs" / "tiny" / "latest_refresh.svg")


def test_what_is_measured_is_what_a_translation_does(folder):
    """With the fitted file and no threshold given, test.py reports the figures that the fit promised."""
    measured = fitted(folder)["measured"]
    adaptive = ["--refresh", "adaptive", "--max_interval", "5"]
    assert translate(TestOptions().parse(translation(folder, *adaptive))) == 0
    record = json.loads((folder / "results" / "tiny" / "test_latest" / "metrics.json").read_text())
    assert record["frames"]["reference"] / record["frames"]["total"] == pytest.approx(measured["refresh_share"])
    assert record["quality"]["psnr"]["skipped"] == pytest.approx(measured["psnr"], abs=0.01)
    assert record["quality"]["psnr"]["pooled"] == pytest.approx(measured["pooled_psnr"], abs=0.01)
    assert record["cost"]["saving"]["amortised"] == pytest.approx(measured["saving"])


def test_a_target_psnr_is_reached_and_the_curve_goes_where_asked(folder):
    best = max(float(row["pooled_psnr"] or 0) for row in rows(folder / "runs" / "tiny" / "latest_refresh.csv"))
    record = fitted(folder, "--target_psnr", f"{best - 1:.2f}", "--curve", str(folder / "new" / "my.curve"))
    assert record["target"] == {"psnr": round(best - 1, 2)}
    assert record["measured"]["pooled_psnr"] is None or record["measured"]["pooled_psnr"] >= best - 1.01
    assert {path.name for path in (folder / "new").iterdir()} == {"my.curve.csv", "my.curve.svg"}


def test_baselines_and_times_stand_in_the_curve_if_asked_for(folder):
    fitted(folder, "--baselines", "--curve", str(folder / "with"))
    found = rows(folder / "with.csv")
    assert [row["setting"] for row in found if row["policy"] == "flow_warp"] == ["2", "3", "4", "5"]
    reuse = [row for row in found if row["policy"] == "reuse"]
    assert float(reuse[0]["ms"]) > float(reuse[-1]["ms"]) > 0 and all(float(row["ms"]) > 0 for row in found)


def test_a_folder_of_its_own_takes_all_and_the_run_stays_as_it_is(folder, tmp_path, capsys):
    before = {path: path.stat().st_mtime_ns for path in (folder / "runs").rglob("*")}
    assert fit(FitOptions().parse(flags(folder, "--fit_dir", str(tmp_path / "fit")))) == 0
    names = {"latest_refresh.json", "latest_refresh.csv", "latest_refresh.svg"}
    assert {path.name for path in (tmp_path / "fit").iterdir()} == names
    assert {path: path.stat().st_mtime_ns for path in (folder / "runs").rglob("*")} == before
    record = json.loads((tmp_path / "fit" / "latest_refresh.json").read_text())
    used = f"--refresh adaptive --refresh_threshold {record['threshold']:g} --max_interval 5"
    assert capsys.readouterr().out.splitlines()[-1] == f"to use it: {used}"


def test_a_target_saving_is_reached(folder):
    assert fitted(folder, "--target_saving", "1.001")["measured"]["saving"] >= 1.001


def refused(folder, *more):
    with pytest.raises((ValueError, OSError)) as error:
        fit(FitOptions().parse(flags(folder, *more)))
    return str(error.value)


def test_a_saving_out_of_reach_is_refused_with_the_best_there_is(folder):
    before = (folder / FITTED).read_text()
    message = refused(folder, "--target_saving", "50")
    assert "'saving': 50" in message and "out of reach" in message and "dB (pooled) at a saving of" in message
    assert (folder / FITTED).read_text() == before


def test_without_val_clips_the_expected_tree_is_shown(folder, tmp_path):
    (tmp_path / "Viper" / "train" / "img" / "001").mkdir(parents=True)
    assert "val/img/<clip>" in refused(folder, "--dataroot", str(tmp_path))


def test_clips_in_which_nothing_moves_are_refused(folder, tmp_path):
    for number in range(3):
        save_frame(tmp_path / "still" / f"{number}.png", stripes(0, 0))
    assert "nothing moves" in refused(folder, "--dataset_mode", "frames", "--dataroot", str(tmp_path))


def parsed(*given):
    """The options with which the script would run the program."""
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": "echo"}
    command = ["bash", str(ROOT / "scripts" / "fit_refresh.sh"), *given]
    words = subprocess.run(command, env=env, check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    assert words[0] == "scripts/fit_refresh.py"
    return FitOptions().parse(words[1:])


def test_the_script_names_the_sample_or_the_callers_data(folder, tmp_path, monkeypatch):
    for path in ("checkpoints/demo_v2c/latest_net_G_A.pth", "checkpoints/v2c_teacher/latest_net_G_A.pth"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    (tmp_path / "datasets" / "sample").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    opt = parsed("--dry_run")
    assert (opt.dataroot, opt.name, opt.fit_dir) == ("datasets/sample", "demo_v2c", "results/demo_v2c")
    opt = parsed("--dataroot", str(folder), "--name", "mine")
    assert (opt.dataroot, opt.name, opt.fit_dir) == (str(folder), "mine", None)
    assert opt.main_G_path == "checkpoints/v2c_teacher/latest_net_G_A.pth"
