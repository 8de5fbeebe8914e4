"""Every script passes only flags its program knows, from any directory, and the caller's flags win."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from options.build.translator import new_refresh
from options.checks import PUBLISHED_TEACHER
from options.layers import CALLER_VARIABLE
from options.record import save
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


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A directory in which the files that command lines name exist."""
    for path in NEEDED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parsed(arguments):
    return PROGRAMS[arguments[0]]().parse(arguments[1:])


def test_scripts_are_found():
    tasks = {f"{verb}_{task}" for verb in ("test", "train") for task in ("v2c", "v2l", "l2v")}
    assert {*tasks, "train_teacher_v2c", "train_teacher_v2l"} <= {p.stem for p in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_parses_without_a_dataset(path, workplace):
    program, folder = HEADS if path.parent.name == "vtoonify" else STREET
    arguments, told = shown(path, "--dry_run")
    opt = parsed(arguments)
    assert opt.dry_run and opt.dataroot == folder and opt.fine_size[1] == HEIGHTS.get(name(path), 128)
    assert f"-m {program} --root {folder}" in told


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.parent.name != "vtoonify"], ids=name)
def test_a_test_draws_the_val_split_of_the_sample_alone_and_a_training_all_of_it(path, workplace):
    drawn = "-m data.samples.street --root datasets/sample"
    alone = not path.name.startswith("train")
    assert (f"{drawn} --split val" in shown(path)[1]) == alone
    if alone:
        assert f"{drawn}\n" in shown(path, "--phase", "train")[1]


@pytest.mark.parametrize("path", [script("test_v2c"), STYLES.with_name("test.sh")], ids=name)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_script_that_is_ended_ends_the_drawing_of_its_sample_first(path, number, status, tmp_path):
    drawing = "trap 'touch ended; kill $!; exit' TERM; touch begun; sleep 60 & wait"
    stub = f"#!/bin/sh\ncase $* in *sample*) {drawing} ;; esac\n"
    (tmp_path / "python").write_text(stub.replace("touch ", f"touch {tmp_path}/"))
    (tmp_path / "python").chmod(0o755)
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": str(tmp_path / "python")}
    heard = lambda: signal.signal(number, signal.SIG_DFL)  # noqa: E731  a suite in the background ignores Ctrl-C
    with subprocess.Popen(["bash", path], env=env, stderr=subprocess.DEVNULL, preexec_fn=heard) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(timeout=30) == status
    assert (tmp_path / "ended").exists()


def test_a_sample_that_cannot_be_drawn_ends_the_script(tmp_path):
    (tmp_path / "python").write_text("#!/bin/sh\ncase $* in *sample*) exit 3 ;; *) echo $* ;; esac\n")
    (tmp_path / "python").chmod(0o755)
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": str(tmp_path / "python")}
    for path in ON_SAMPLE:
        ran = subprocess.run(["bash", path], env=env, capture_output=True)
        assert (ran.returncode, ran.stdout) == (3, b"")


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("path", ON_SAMPLE, ids=name)
def test_help_draws_no_sample(path, flag):
    arguments, told = shown(path, flag)
    assert arguments[-1] == flag and told == ""


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_parses_with_a_dataset(path, workplace):
    arguments, told = shown(path, dataset_root=str(workplace))
    opt = parsed(arguments)
    assert opt.dataroot == str(workplace) and opt.name != "experiment_name" and "-m data." not in told


@pytest.mark.parametrize("flags", [["--dataroot", "{}"], ["--dataroot={}"]])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_dataset_may_be_given_as_a_flag_relative_to_the_caller(path, flags, workplace, monkeypatch):
    (workplace / "called" / "mine").mkdir(parents=True)
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace / "called"))
    arguments, _ = shown(path, *(f.format("mine") for f in flags), cwd=workplace / "called", dataset_root="/elsewhere")
    assert parsed(arguments).dataroot == str(workplace / "called" / "mine")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_the_callers_flags_win(path, workplace):
    opt = parsed(shown(path, "--name", "mine", "--checkpoints_dir=out", "--fineSizeH", "64", cwd=workplace)[0])
    assert (opt.name, opt.checkpoints_dir, opt.fineSizeH) == ("mine", "out", 64)


def test_every_path_is_meant_from_where_the_script_was_called(workplace):
    """Run to the end of parsing, which names what it does not find there."""
    flags = {"--gt_root": "a", "--real_root": "b", "--seg_weights": "c", "--parsing_map_path": "d", "--dataroot": "e"}
    typed = [word for pair in flags.items() for word in pair]
    command = ["bash", script("test_v2c"), *typed, "--main_G_path=f"]
    env = {**os.environ, "PYTHON": sys.executable}
    ran = subprocess.run(command, env=env, cwd=workplace, capture_output=True, text=True)
    assert ran.returncode == 2
    for flag, path in {**flags, "--main_G_path": "f"}.items():
        assert f"{flag} {workplace / path}: no such file" in ran.stderr


@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_an_options_file_wins_over_the_script_and_typed_flags_over_the_file(path, dataset, workplace):
    held = {"name": "filed", "fineSizeH": 64, "skip_idx_start": 4, "checkpoints_dir": "out", "seed": 3}
    (workplace / "mine.yaml").write_text("".join(f"{key}: {value}\n" for key, value in held.items()))
    env = {"dataset_root": str(workplace)} if dataset else {}
    opt = parsed(shown(path, "--options", "mine.yaml", "--seed", "4", cwd=workplace, **env)[0])
    assert {key: getattr(opt, key) for key in held} == {**held, "seed": 4}


@pytest.mark.parametrize("line", ["dataroot: data sets", "dataroot: 'data sets' ", 'dataroot: "data sets"  # mine'])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_dataset_of_an_options_file_is_not_taken_for_none(path, line, workplace):
    (workplace / "mine.yaml").write_text(f"seed: 1\n{line}\n")
    (workplace / "data sets").mkdir()
    arguments, told = shown(path, "--options", str(workplace / "mine.yaml"))
    opt = parsed(arguments)
    assert opt.dataroot == "data sets" and "-m data." not in told and not opt.name.endswith("_sample")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_the_options_of_a_run_on_the_sample_repeat_it_and_draw_it_where_it_is_missing(path, workplace):
    first = parsed(shown(path, "--seed", "7")[0])
    save(first, workplace / "options.yaml")
    arguments, told = shown(path, "--options", "options.yaml", cwd=workplace)
    again = {**vars(parsed(arguments)), "options": None}
    assert again == vars(first) and "-m data." in told


def test_an_interval_of_an_options_file_is_fixed_as_one_that_is_typed(workplace):
    (workplace / "mine.yaml").write_text("max_interval: 5\n")
    opt = parsed(shown(script("test_v2c"), "--options", "mine.yaml", cwd=workplace)[0])
    assert (opt.refresh, opt.max_interval) == ("fixed", 5)


def test_from_the_repository_root_paths_stay_as_typed(workplace, monkeypatch):
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace))
    opt = parsed(shown(copied(workplace, "test_v2c"), "--results_dir", "out", cwd=workplace)[0])
    assert (opt.results_dir, opt.checkpoints_dir) == ("out", "./checkpoints")


def test_paths_of_a_script_and_of_an_options_file_are_meant_from_the_repository_root(workplace, monkeypatch):
    (workplace / "called").mkdir()
    (workplace / "called" / "mine.yaml").write_text("results_dir: out\n")
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace / "called"))
    opt = parsed(shown(script("test_v2c"), "--options", "mine.yaml", cwd=workplace / "called")[0])
    assert opt.options == str(workplace / "called" / "mine.yaml") and opt.results_dir == "out"
    assert (opt.checkpoints_dir, opt.dataroot) == ("./checkpoints", "datasets/sample")


def test_a_flag_with_spaces_stays_one_argument(tmp_path):
    env = {**os.environ, "PYTHON": str(tmp_path / "count")}
    (tmp_path / "count").write_text('#!/bin/sh\nfor a in "$@"; do echo "$a"; done\n')
    (tmp_path / "count").chmod(0o755)
    command = ["bash", script("train_v2c"), "--dataroot", "a b", "--name", "two words"]
    lines = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.splitlines()
    assert lines[-1] == "two words" and "a b" in lines


def test_a_video_file_is_translated_at_its_own_size(workplace):
    (workplace / "clip.mp4").touch()
    opt = parsed(shown(script("test_v2c"), "--dataroot", "clip.mp4", cwd=workplace)[0])
    assert (opt.dataset_mode, opt.fine_size, opt.name) == ("videofile", None, "demo_v2c")


def test_a_video_file_is_trained_on_at_the_training_size(workplace):
    (workplace / "clip.mp4").touch()
    opt = parsed(shown(script("train_v2c"), dataset_root=str(workplace / "clip.mp4"))[0])
    assert (opt.dataset_mode, opt.fine_size) == ("videofile", (512, 256))


@pytest.mark.parametrize("flags", [[], ["--main_G_path", "checkpoints/v2c_teacher/latest_net_G_A.pth"]])
def test_a_face_video_is_cut_around_its_face_which_is_put_back(flags, workplace):
    (workplace / "clip.mp4").touch()
    path = ROOT / "scripts" / "vtoonify" / "test.sh"
    opt = parsed(shown(path, "--dataroot", "clip.mp4", *flags, cwd=workplace)[0])
    assert opt.scale_image and opt.paste and opt.fine_size is None
    assert (opt.name, opt.eye_distance) == (("ShortcutV2V_vtoonify", 64) if flags else ("demo_vtoonify", 26))


@pytest.mark.parametrize("verb", ["test", "train"])
@pytest.mark.parametrize(
    ("style", "teacher", "number"),
    [
        ("cartoon1", "vtoonify_d_cartoon/vtoonify_s026_d0.5.pt", 26),
        ("arcane2-d", "vtoonify_d_arcane/vtoonify_s_d.pt", 77),
        ("illustration2-d", "vtoonify_d_illustration/vtoonify_s004_d_c.pt", 4),
        ("comic-t", "vtoonify_t_comic/vtoonify.pt", None),
    ],
)
def test_a_published_style_names_its_files(verb, style, teacher, number, workplace):
    weights = Path("checkpoints/vtoonify")
    (workplace / weights / teacher).parent.mkdir(parents=True)
    (workplace / weights / teacher).touch()
    (workplace / "clip.mp4").touch()
    script = ROOT / "scripts" / "vtoonify" / f"{verb}.sh"
    opt = parsed(shown(script, style, "--dataroot", "clip.mp4", "--style_degree", "0.7", cwd=workplace)[0])
    assert (opt.main_G_path, opt.name) == (str(weights / teacher), f"ShortcutV2V_vtoonify_{style}")
    assert opt.style_degree == 0.7 and opt.faceparsing_path == str(weights / "faceparsing.pth")
    if number is None:
        assert opt.exstyle_path is None
    else:
        assert (opt.style_id, opt.exstyle_path) == (number, str((weights / teacher).with_name("exstyle_code.npy")))
    assert opt.color_transfer == teacher.endswith("_c.pt") == (opt.style_encoder_path is None)


def test_maps_of_face_parts_take_the_place_of_what_looks_for_them(workplace):
    (workplace / "maps").mkdir()
    arguments, _ = shown(STYLES.with_name("test.sh"), "cartoon1", "--parsing_map_path", "maps", cwd=workplace)
    assert "--faceparsing_path" not in arguments and "maps" in arguments


def test_every_style_that_is_told_to_be_known_is():
    ran = subprocess.run(["bash", STYLES.with_name("test.sh"), "nobodys"], capture_output=True, text=True)
    known = ran.stderr.partition("known are ")[2].split()
    assert len(known) == 27
    for style in known:
        assert f"ShortcutV2V_vtoonify_{style}" in shown(STYLES.with_name("test.sh"), style)[0]


def test_the_styles_are_listed_with_the_files_that_they_are_read_from():
    ran = subprocess.run(["bash", STYLES], capture_output=True, text=True, check=True)
    listed = dict(line.split() for line in ran.stdout.splitlines())
    assert len(listed) == 27
    for style, path in listed.items():
        words = shown(STYLES.with_name("test.sh"), style)[0]
        assert words[words.index("--main_G_path") + 1] == path


def test_a_style_that_nobody_published_is_refused():
    ran = subprocess.run(["bash", STYLES.with_name("test.sh"), "cartoon7"], capture_output=True, text=True)
    assert ran.returncode == 2 and "no published style cartoon7; known are cartoon1" in ran.stderr


def copied(workplace, name):
    """A script of a copy of the repository that has only the checkpoints which the workplace has."""
    subprocess.run(["cp", "-r", ROOT / "scripts", ROOT / "requirements.txt", workplace], check=True)
    return workplace / "scripts" / "unsup_recycle" / f"{name}.sh"


def test_without_the_published_checkpoints_the_bundled_ones_are_used_and_told(workplace):
    arguments, told = shown(copied(workplace, "test_v2c"), dataset_root=str(workplace))
    assert parsed(arguments).name == "demo_v2c" and len(told.splitlines()) == 1 and "bundled demo" in told


def test_the_demo_may_be_named(workplace):
    arguments, told = shown(script("test_v2c"), "--name", "demo_v2c", dataset_root=str(workplace))
    named, (unnamed, _) = parsed(arguments), shown(copied(workplace, "test_v2c"), dataset_root=str(workplace))
    assert vars(named) == vars(parsed(unnamed)) and told == ""


@pytest.mark.parametrize(("task", "network"), [("v2c", "G_A"), ("v2l", "G_A"), ("l2v", "G_B")])
def test_a_run_that_was_trained_on_the_sample_is_tested_there_with_its_teacher(task, network, workplace):
    trained = parsed(shown(script(f"train_{task}"))[0])
    arguments, told = shown(script(f"test_{task}"), "--name", trained.name)
    opt = parsed(arguments)
    teacher = f"checkpoints/demo_{task}/latest_net_{network}.pth"
    assert (opt.name, opt.main_G_path, opt.dataroot) == (trained.name, teacher, "datasets/sample")
    assert opt.main_G_path == trained.main_G_path and opt.fine_size == trained.fine_size
    assert (opt.refresh, opt.hold) == ("fixed", 0)  # nothing that was fitted for the demo
    assert "-m data.samples.street" in told


@pytest.mark.parametrize("place", [[], ["--checkpoints_dir", "own"]], ids=["checkpoints", "own"])
@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
def test_a_run_is_tested_with_the_teacher_that_it_was_distilled_from(dataset, place, workplace):
    env = {"dataset_root": str(workplace)} if dataset else {}
    (workplace / "mine.pth").touch()
    copy = copied(workplace, "test_v2c")
    trained = shown(copy.with_name("train_v2c.sh"), "--main_G_path", "mine.pth", "--name", "mine", *place)[0]
    save(parsed(trained), workplace / (place or ["checkpoints"])[-1] / "mine" / "options.yaml")
    opt = parsed(shown(copy, "--name", "mine", *place, cwd=workplace, **env)[0])
    assert (opt.name, opt.main_G_path) == ("mine", "mine.pth")


@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
def test_a_generator_of_ones_own_takes_the_place_of_the_tasks_teacher(dataset, workplace):
    env = {"dataset_root": str(workplace)} if dataset else {}
    copy, own = copied(workplace, "test_v2c"), ["--teacher", "mine.deep:make", "--cut", "a:b"]
    for verb in ("train", "test"):
        opt = parsed(shown(copy.with_name(f"{verb}_v2c.sh"), *own, cwd=workplace, **env)[0])
        assert (opt.name, opt.teacher, opt.cut, opt.main_G_path) == ("mine_deep_make", "mine.deep:make", "a:b", None)
        assert (opt.skip_idx_start, opt.skip_idx_end, opt.feat_ch) == (5, None, None)
    save(opt, workplace / "checkpoints" / "mine" / "options.yaml")
    again = parsed(shown(copy, "--name", "mine", cwd=workplace, **env)[0])
    assert (again.name, again.teacher, again.cut, again.main_G_path) == ("mine", "mine.deep:make", "a:b", None)


@pytest.mark.parametrize("flag", ["--name", "--main_G_path"])
def test_checkpoints_of_the_callers_own_are_not_replaced(flag, workplace):
    arguments, told = shown(script("test_v2c"), flag, "x.pth", dataset_root=str(workplace))
    assert "ShortcutV2V_unsup_v2c" in arguments and "demo_v2c" not in arguments and told == ""


def test_the_published_test_is_run_when_its_checkpoints_are_there(workplace):
    copy = workplace / "copy"
    (workplace / "checkpoints/ShortcutV2V_unsup_v2c").mkdir()
    (workplace / "checkpoints/ShortcutV2V_unsup_v2c/latest_net_ShortcutV2V.pth").touch()
    arguments, told = shown(copied(workplace, "test_v2c"), dataset_root=str(copy), cwd=workplace)
    copy.mkdir()
    opt = parsed(arguments)
    assert (opt.name, opt.main_G_path, opt.how_many, told) == ("ShortcutV2V_unsup_v2c", PUBLISHED_TEACHER, 10, "")


@pytest.mark.parametrize(("task", "network", "size"), [("v2l", "G_A", (256, 256)), ("l2v", "G_B", (256, 256))])
def test_one_teacher_training_serves_both_directions_of_viper_and_labels(task, network, size, workplace):
    teacher = f"checkpoints/v2l_teacher/latest_net_{network}.pth"
    trained = parsed(shown(script(f"train_{task}"), dataset_root=str(workplace))[0])
    tested = parsed(
        shown(script(f"test_{task}"), "--name", f"ShortcutV2V_unsup_{task}", dataset_root=str(workplace))[0]
    )
    for opt in (trained, tested):
        assert (opt.layout, opt.main_G_path, opt.fine_size) == (task, teacher, size)
    assert trained.name == tested.name


@pytest.mark.parametrize("more", [[], ["--max_interval", "5", "--refresh", "fixed"]], ids=["no interval", "interval"])
@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
@pytest.mark.parametrize("task", ["v2c", "v2l", "l2v"])
def test_the_adaptive_row_beside_a_fixed_one_has_the_fitted_interval(task, dataset, more, workplace):
    fitted = Path("checkpoints") / f"demo_{task}" / "latest_refresh.json"
    shutil.copy(ROOT / fitted, workplace / fitted)
    policy = json.loads(fitted.read_text())
    env = {"dataset_root": str(workplace)} if dataset else {}
    copy = copied(workplace, f"test_{task}")
    opt = parsed(shown(copy, "--methods", "teacher,reuse,fixed,adaptive", *more, **env)[0])
    refresh = new_refresh(opt, "adaptive", policy["shortcut_fingerprint"])
    assert (refresh.threshold, refresh.max_interval) == (policy["threshold"], policy["max_interval"])


@pytest.mark.parametrize(("flags", "name"), [([], "demo_v2c"), (["l2v"], "demo_l2v")])
def test_a_refresh_is_fitted_for_the_task_named(flags, name):
    assert f"--name {name} " in " ".join(shown(ROOT / "scripts" / "fit_refresh.sh", *flags, "--how_many", "1")[0])


@pytest.mark.parametrize("path", [ROOT / ".ci" / "run", ROOT / "scripts" / "run_tests.sh"], ids=lambda p: p.name)
def test_the_suite_is_linted_checked_and_run_with_more_arguments(path, tmp_path):
    programs = {"python": f'case "$1" in -c) echo {tmp_path} ;; *) echo "$@" ;; esac', "shellcheck": "echo shellcheck"}
    for name, code in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{code}\n")
        (tmp_path / name).chmod(0o755)
    words, _ = shown(path, "-k", "nothing", cwd=tmp_path, PYTHON=str(tmp_path / "python"))
    checks = f"-m ruff check . -m ruff format --check . shellcheck -m basedpyright --pythonpath {tmp_path}/python"
    assert " ".join(words) == f"scripts/requirements_met.py requirements-dev.txt {checks} -m pytest -k nothing"
