import json
import math
import os
from pathlib import Path

import pytest

from util.files import as_text, fitting_name, from_text, prepare_folder, replacing, to_json


def test_a_block_that_ends_well_replaces_the_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and os.listdir(tmp_path) == ["a.txt"]


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OSError, match=r"cannot write .*gone/a\.txt.*no file was left behind"):
        with replacing(tmp_path / "gone" / "a.txt") as partial:
            partial.write_text("x")


def test_a_folder_is_made_and_left_empty(tmp_path):
    folder = prepare_folder(tmp_path / "a" / "b")
    assert folder.is_dir() and not os.listdir(folder)
    assert prepare_folder(folder) == folder


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match=r"cannot write into folder .*file/results"):
        prepare_folder(tmp_path / "file" / "results")


def test_an_unwritable_folder_is_refused():
    with pytest.raises(OSError, match="cannot write into folder /proc"):  # refuses even the superuser
        prepare_folder(Path("/proc"))


def test_json_is_strict_and_keeps_what_it_can(tmp_path):
    text = to_json({"a": math.nan, "b": [math.inf, 1.5], 3: {"path": tmp_path}, "t": (1, None, True)})
    expected = {"a": None, "b": [None, 1.5], "3": {"path": str(tmp_path)}, "t": [1, None, True]}
    assert json.loads(text, parse_constant=pytest.fail) == expected
    assert json.loads(to_json(["caf\udce9", "\u732b"])) == ["caf\\udce9", "\u732b"]


def test_a_name_that_fits_stays_and_a_longer_one_is_cut_and_marked():
    assert fitting_name("a" * 251, ".mp4") == "a" * 251 + ".mp4"
    cut, other = (fitting_name("\u00e9" * 130 + end, "_whole.mp4") for end in "ab")
    assert len(os.fsencode(cut)) in (254, 255) and cut.endswith("_whole.mp4") and cut != other  # no letter is halved
    assert fitting_name("\u00e9" * 130 + "a", "_whole.mp4") == cut


@pytest.mark.parametrize("name", [b"caf\xe9", "caf\u00e9".encode(), b"\xff\x80 a.b", b"plain"])
def test_a_name_of_any_bytes_is_text_and_read_back(name):
    text = as_text(os.fsdecode(name))
    assert text.encode("utf-8") and from_text(text) == os.fsdecode(name)
