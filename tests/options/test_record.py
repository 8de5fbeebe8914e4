import pytest
import yaml

from options.record import Options, describe, read, save

DEFAULTS = {"name": "n", "size": 4, "fast": False, "gpu_ids": None, "lr": 2e-4, "options": None, "restart": False}


def options(**changed):
    return Options({**DEFAULTS, **changed}, DEFAULTS)


def test_options_cannot_be_set_or_deleted():
    opt = options()
    with pytest.raises(AttributeError, match="cannot set size"):
        opt.size = 8
    with pytest.raises(AttributeError, match="cannot delete size"):
        del opt.size
    assert opt.size == 4 and vars(opt) == DEFAULTS


def test_describe_marks_what_differs_from_the_default_and_nothing_else():
    lines = describe(options(size=8)).splitlines()
    marked = [line for line in lines[1:] if line.startswith("*")]
    assert len(lines) == 1 + len(DEFAULTS)
    assert [line.split() for line in marked] == [["*", "size", "8", "default", "4"]]


def test_what_was_changed_stands_beside_its_default():
    assert options(size=8, fast=False).changed == {"size": 4} and options().changed == {}


@pytest.mark.parametrize(
    ("flags", "task"),
    [
        ({"teacher": "recycle_gan", "dataset_option": "v2l"}, "Viper → labels"),
        ({"teacher": "recycle_gan", "dataset_option": "mine"}, "mine"),
        ({"teacher": "vtoonify", "dataset_option": "v2c"}, "faces → cartoons"),
        ({"teacher": "my_net:make", "dataset_option": "v2c"}, "my_net:make"),
    ],
)
def test_the_task_is_that_of_the_teacher(flags, task):
    assert Options(flags, flags).task == task


def test_what_was_saved_reads_back_as_the_same_flags(tmp_path):
    save(options(name="007", size=8, fast=True, gpu_ids="-1", lr=1e-5), tmp_path / "run" / "options.yaml")
    flags, empty, problems = read(tmp_path / "run" / "options.yaml", DEFAULTS)
    assert flags == ["--name=007", "--size=8", "--fast", "--gpu_ids=-1", "--lr=1e-05"]
    assert empty == problems == []


def test_options_without_a_value_read_back_as_left_empty(tmp_path):
    save(options(), tmp_path / "options.yaml")
    assert read(tmp_path / "options.yaml", DEFAULTS)[1] == ["gpu_ids"]


def test_each_option_has_one_line_however_long(tmp_path):
    save(options(name="a long name " * 20), tmp_path / "options.yaml")
    assert len((tmp_path / "options.yaml").read_text().splitlines()) == len(DEFAULTS) - 2  # what is not of the run


def test_what_one_call_does_is_not_saved_with_the_run(tmp_path):
    save(options(restart=True, options="x.yaml"), tmp_path / "options.yaml")
    assert set(yaml.safe_load((tmp_path / "options.yaml").read_text())) == set(DEFAULTS) - {"options", "restart"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sise: 3\nspeed: 1", "has options this program does not know: sise, speed"),
        ("restart: true", "does not know: restart"),
        ("fast: 1", "fast must be true or false, got 1"),
        ("size: [1, 2]", r"size must be one value, got \[1, 2\]"),
        ("size: true", "size must be one value, got True"),
        ("just text", "must hold `name: value` lines, got str"),
        ("", "must hold `name: value` lines, got NoneType"),
        ("a: b: c", "cannot be read"),
    ],
)
def test_a_wrong_options_file_is_told(tmp_path, text, problem):
    path = tmp_path / "options.yaml"
    path.write_text(text)
    flags, empty, problems = read(path, DEFAULTS)
    assert flags == empty == []
    with pytest.raises(ValueError, match=problem):
        raise ValueError("\n".join(problems))


def test_a_flag_of_an_older_version_is_passed_over_where_it_says_what_is_done_now(tmp_path):
    path = tmp_path / "options.yaml"
    path.write_text("size: 8\nvtoonify_skip: residual\n")
    assert read(path, DEFAULTS) == (["--size=8"], [], [])
    path.write_text("vtoonify_skip: packed\n")
    assert "vtoonify_skip is no flag any more, it is always 'residual', got 'packed'" in read(path, DEFAULTS)[2][0]


def test_a_missing_options_file_is_told(tmp_path):
    assert "cannot be read" in read(tmp_path / "none.yaml", DEFAULTS)[2][0]


@pytest.mark.parametrize(
    ("mode", "load", "fine"), [("rectangle", (6, 5), (4, 3)), ("square", (9, 9), (8, 8)), ("none", (6, 5), None)]
)
def test_sizes_are_width_and_height_of_the_resize_mode(mode, load, fine):
    sizes = {"loadSizeW": 6, "loadSizeH": 5, "fineSizeW": 4, "fineSizeH": 3, "loadSize": 9, "fineSize": 8}
    opt = Options({**sizes, "resize_mode": mode}, {})
    assert (opt.load_size, opt.fine_size) == (load, fine)


@pytest.mark.parametrize(("phase", "split"), [("train", "train"), ("val", "val"), ("test", "val")])
def test_phase_test_reads_the_val_split(phase, split):
    assert Options({"phase": phase}, {}).split == split


@pytest.mark.parametrize(("mode", "layout"), [("video", "l2v"), ("frames", "frames"), ("unaligned_scale",) * 2])
def test_the_layout_is_the_dataset_option_in_mode_video_only(mode, layout):
    assert Options({"dataset_mode": mode, "dataset_option": "l2v"}, {}).layout == layout


def test_notes_follow_the_table_and_a_name_of_any_bytes_reads_back(tmp_path):
    opt = Options({**DEFAULTS, "name": "caf\udce9 \u00e9"}, DEFAULTS, notes=["one", "two"])
    assert describe(opt).endswith("\none\ntwo")
    save(opt, tmp_path / "options.yaml")
    assert read(tmp_path / "options.yaml", DEFAULTS)[0][0] == "--name=caf\udce9 \u00e9"


def test_letters_of_any_language_are_written_as_they_are(tmp_path):
    save(options(name="caf\u00e9"), tmp_path / "options.yaml")
    assert "name: caf\u00e9\n" in (tmp_path / "options.yaml").read_text(encoding="utf-8")  # scripts read it by lines
