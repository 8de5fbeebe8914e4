"""model.yaml: what it may hold, where its files are, and what contradicts it."""

import shutil
from pathlib import Path

import pytest
import yaml

from options import model_file
from options.fit_options import FitOptions
from options.test_options import TestOptions
from options.train_options import TrainOptions
from options.translate_options import TranslateOptions
from tests.helpers.runs import ROOT

DEMOS = sorted((ROOT / "checkpoints").glob("demo_*"))


@pytest.fixture
def run(tmp_path):
    """The folder of a run: a teacher beside the runs, and model.yaml."""
    folder = tmp_path / "runs" / "mine"
    folder.mkdir(parents=True)
    (tmp_path / "runs" / "teacher.pth").touch()
    describe(folder, teacher="recycle_gan", main_G_path="../teacher.pth", skip_idx_start=4, skip_idx_end=14, hold=0.3)
    return folder


def describe(folder, **values):
    (folder / "model.yaml").write_text(yaml.safe_dump(values))


def needed(run, program=TestOptions, *flags):
    return program().parse(["--dataroot", str(run), "--model_file", str(run / "model.yaml"), *flags])


@pytest.mark.parametrize("demo", DEMOS, ids=lambda folder: folder.name)
def test_every_demo_carries_one_and_translate_reads_it(demo, monkeypatch):
    monkeypatch.chdir(ROOT)
    opt = TranslateOptions().parse(["a.mp4", "-o", "out", "--model", demo.name])
    assert opt.run_dir == demo and Path(opt.main_G_path).resolve().parent == demo
    assert opt.refresh == ("adaptive" if (demo / "latest_refresh.json").exists() else "fixed")
    assert TestOptions().parse(["--dataroot", ".", "--model_file", str(demo / "model.yaml")]).teacher == opt.teacher


def test_a_test_takes_all_of_it_and_a_training_the_teacher(run):
    for program in (TestOptions, FitOptions):
        opt = needed(run, program)
        assert (opt.skip_idx_start, opt.skip_idx_end, opt.hold) == (4, 14, 0.3)
        assert opt.run_dir == run and Path(opt.main_G_path).samefile(run.parent / "teacher.pth")
    opt = needed(run, TrainOptions, "--name", "other", "--checkpoints_dir", str(run.parent))
    assert (opt.skip_idx_start, opt.skip_idx_end, opt.name) == (4, 14, "other") and opt.feat_ch is None
    assert Path(opt.main_G_path).samefile(run.parent / "teacher.pth")


def test_it_wins_over_a_script_and_what_is_typed_over_it(run):
    script = ["--skip_idx_start", "1", "--name", "demo", "--hold", "0.9", "--dataroot", str(run), "--"]
    opt = TestOptions().parse([*script, "--model_file", str(run / "model.yaml"), "--hold", "0.1"])
    assert (opt.skip_idx_start, opt.name, opt.hold) == (4, "mine", 0.1)


def test_a_flag_that_no_model_has_is_refused(run, capsys):
    describe(run, teacher="recycle_gan", main_G_path="../teacher.pth", feat_ch=64)
    with pytest.raises(SystemExit):
        needed(run)
    assert "model.yaml has flags that no model has: feat_ch; a model may have" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["- a\n", "a: [\n"])
def test_a_file_of_another_kind_is_refused(run, text, capsys):
    (run / "model.yaml").write_text(text)
    with pytest.raises(SystemExit):
        needed(run)
    assert "model.yaml" in capsys.readouterr().err


def test_a_contradiction_with_options_yaml_shows_both(run, capsys):
    (run / "options.yaml").write_text(yaml.safe_dump({"skip_idx_start": 5, "main_G_path": str(run / "model.yaml")}))
    with pytest.raises(SystemExit):
        needed(run)
    told = capsys.readouterr().err
    assert "skip_idx_start: model.yaml 4, options.yaml 5" in told and "main_G_path: model.yaml" in told


def test_a_teacher_that_has_moved_is_no_contradiction(run):
    (run / "options.yaml").write_text(yaml.safe_dump({"skip_idx_start": 4, "main_G_path": "gone/teacher.pth"}))
    assert needed(run).skip_idx_start == 4


def test_what_a_training_writes_is_read_back_and_moves_with_its_teacher(run):
    values = vars(needed(run, TrainOptions, "--checkpoints_dir", str(run.parent)))
    model_file.write(run / "model.yaml", values, run.parent)
    written = yaml.safe_load((run / "model.yaml").read_text())
    assert written == {
        "teacher": "recycle_gan",
        "main_G_path": "../teacher.pth",
        "skip_idx_start": 4,
        "skip_idx_end": 14,
        "which_epoch": "latest",
    }
    shutil.move(run.parent, run.parent.with_name("moved"))
    moved = run.parent.with_name("moved")
    assert Path(needed(moved / "mine").main_G_path).samefile(moved / "teacher.pth")


def test_a_teacher_from_elsewhere_is_named_in_full(run, tmp_path):
    (tmp_path / "other.pth").touch()
    values = {**vars(needed(run, TrainOptions)), "main_G_path": str(tmp_path / "other.pth")}
    model_file.write(run / "model.yaml", values, run.parent)
    assert yaml.safe_load((run / "model.yaml").read_text())["main_G_path"] == str(tmp_path / "other.pth")


def test_a_run_without_one_uses_its_options(run):
    (run / "model.yaml").rename(run / "options.yaml")
    teacher = str(run.parent / "teacher.pth")
    (run / "options.yaml").write_text(yaml.safe_dump({"main_G_path": teacher, "skip_idx_start": 3, "max_interval": 13}))
    values = model_file.describe_model("mine", run, run.parent)
    assert values == {"main_G_path": teacher, "skip_idx_start": 3}
    (run / "options.yaml").unlink()
    with pytest.raises(ValueError, match="neither model.yaml nor options.yaml"):
        model_file.describe_model("mine", run, run.parent)


def test_names_of_models(run):
    runs = run.parent
    (run / "latest_net_ShortcutV2V.pth").touch()
    assert model_file.folder_of("mine", runs, Path("mine")) == run
    assert model_file.folder_of(str(run), Path("none"), run) == run
    assert model_file.folder_of("published:v2l", runs, Path()) == runs / "ShortcutV2V_unsup_v2l"
    published = model_file.describe_model("published:l2v", runs, runs)
    assert published["main_G_path"] == str(runs / "v2l_teacher" / "latest_net_G_B.pth")
    with pytest.raises(ValueError, match=r"--model yours: no such model; .*runs has mine; .*published:TASK"):
        model_file.folder_of("yours", runs, Path("yours"))
    with pytest.raises(ValueError, match="the published tasks are v2c, v2l, l2v"):
        model_file.folder_of("published:x", runs, Path("x"))


def test_models_are_known_by_their_weights_and_what_describes_them(tmp_path):
    for run in ("described", "trained", "nameless", "ShortcutV2V_unsup_v2c", "unfinished"):
        (tmp_path / run).mkdir()
        if run != "unfinished":
            (tmp_path / run / "latest_net_ShortcutV2V.pth").touch()
    (tmp_path / "described" / "model.yaml").touch()
    for run in ("trained", "unfinished"):
        (tmp_path / run / "options.yaml").touch()
    assert model_file.known_models(tmp_path) == ["described", "trained", "published:v2c"]
    assert model_file.known_models(tmp_path / "nowhere") == []
