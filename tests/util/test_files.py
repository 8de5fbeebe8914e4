import json
import math
import os
from pathlib import Path

import pytest

from util.files import (
    PARTIAL,
    as_text,
    fitting_name,
    from_text,
    lock_folder,
    new_partial,
    prepare_folder,
    remove_partials,
    replacing,
    to_json,
)


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


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    """A machine that loses power must not keep the new name with empty contents."""
    path, calls = tmp_path / "a.txt", []
    path.write_text("old")

    def fsync(number, really=os.fsync):
        calls.append((os.fstat(number).st_ino, path.read_text()))
        really(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with replacing(path) as partial:
        partial.write_text("new")
        written = partial.stat().st_ino
    assert (written, "old") in calls and path.stat().st_ino == written and path.read_text() == "new"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OSError, match=r"cannot write .*gone/a\.txt.*no file was left behind"):
        with replacing(tmp_path / "gone" / "a.txt") as partial:
            partial.write_text("x")


@pytest.mark.parametrize("name", ["a.txt.partial", ".a.txt.partial"])
def test_a_planted_link_is_not_followed(tmp_path, name):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / name).symlink_to(tmp_path / "precious")
    with replacing(tmp_path / "a.txt") as partial:
        partial.write_text("new")
    assert (tmp_path / "precious").read_text() == "mine" and (tmp_path / "a.txt").read_text() == "new"


def test_a_partial_file_is_new_even_where_its_name_was_foreseen(tmp_path, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: "0123456789abcdef")
    (tmp_path / "precious").write_text("mine")
    (tmp_path / ".0123456789abcdef.partial").symlink_to(tmp_path / "precious")
    with pytest.raises(FileExistsError):
        new_partial(tmp_path / "a.txt")
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_file_has_the_usual_rights_and_may_have_the_longest_name(tmp_path):
    path = tmp_path / ("a" * 255)
    with replacing(path) as partial:
        partial.write_text("new")
    (tmp_path / "b").touch()
    assert path.stat().st_mode == (tmp_path / "b").stat().st_mode


def test_unfinished_files_of_killed_processes_are_removed_and_no_others(tmp_path):
    assert PARTIAL.fullmatch(new_partial(tmp_path / "a.txt").name)
    for name in (".mine.partial", "a.txt.partial", "a.txt"):
        (tmp_path / name).touch()
    remove_partials(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".mine.partial", "a.txt", "a.txt.partial"]


def test_a_locked_folder_is_refused_until_the_lock_is_released(tmp_path):
    lock = lock_folder(tmp_path, "busy here")
    with pytest.raises(BlockingIOError, match="busy here"):
        lock_folder(tmp_path, "busy here")
    lock.release()
    lock_folder(tmp_path, "busy here").release()


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
