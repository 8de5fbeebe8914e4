import json
import os
import signal
import subprocess
import sys
import time

import pytest

from data.samples.generate import ensure_made, on_all_cores

STAMP = "stamp.json"


def write(folder, parts):
    """Two folders for each part, of which one is shared with the other parts, as the splits of the sample lie."""
    for part in parts:
        for path in (folder / part / "a.txt", folder / "shared" / part / "b.txt"):
            path.parent.mkdir(parents=True)
            path.write_text(part)


def make(root, *parts, stamp=None, work=write):
    return ensure_made(root, stamp or {"format": 1}, STAMP, parts, work)


def files(root):
    return {p.relative_to(root).as_posix(): p.stat().st_mtime_ns for p in root.rglob("*") if p.is_file()}


def kept(root):
    return sorted(p.name for p in root.parent.iterdir() if p.name != f".{root.name}.lock")


def test_a_data_set_appears_whole_with_its_stamp_and_nothing_beside_it_but_a_lock(tmp_path):
    root = make(tmp_path / "set", "val")
    assert kept(root) == ["set"]
    assert set(files(root)) == {"val/a.txt", "shared/val/b.txt", STAMP}
    assert json.loads((root / STAMP).read_text()) == {"format": 1, "parts": ["val"]}


def test_one_of_the_same_stamp_is_not_made_again_another_is_replaced(tmp_path):
    root = make(tmp_path / "set", "val")
    (root / "mark").touch()
    make(root, "val")
    assert (root / "mark").exists()
    make(root, "val", stamp={"format": 2})
    assert not (root / "mark").exists() and (root / "val/a.txt").exists()


def test_a_later_need_adds_what_is_missing_and_leaves_alone_what_is_there(tmp_path):
    root = make(tmp_path / "set", "val")
    before = files(root)
    asked = []
    make(root, "train", "val", work=lambda folder, parts: asked.extend(parts) or write(folder, parts))
    after = files(root)
    assert asked == ["train"] and set(after) - set(before) == {"train/a.txt", "shared/train/b.txt"}
    assert all(after[name] == before[name] for name in before if name != STAMP)
    assert json.loads((root / STAMP).read_text())["parts"] == ["train", "val"] and kept(root) == ["set"]
    make(root, "val", work=None)  # nothing is made


def test_parts_that_came_without_their_stamp_are_made_again(tmp_path):
    root = make(tmp_path / "set", "val")
    write(root, ["train"])  # a process was killed before it wrote the stamp
    (root / "train" / "a.txt").write_text("old")
    make(root, "train", "val")
    assert (root / "train" / "a.txt").read_text() == "train"


def test_a_stamp_without_parts_is_of_a_whole_data_set(tmp_path):
    (tmp_path / STAMP).write_text('{"format": 1}')
    make(tmp_path, "train", "val", work=None)  # nothing is made


def test_what_failed_leaves_nothing_behind_and_what_was_there_in_place(tmp_path):
    def fail(folder, parts):
        write(folder, parts)
        raise OSError("disk full")

    root = tmp_path / "set"
    with pytest.raises(OSError, match="disk full"):
        make(root, "val", work=fail)
    assert kept(root) == []
    make(root, "val")
    before = files(root)
    with pytest.raises(OSError, match="disk full"):
        make(root, "train", work=fail)
    assert files(root) == before and kept(root) == ["set"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    write(tmp_path, ["mine"])
    before = files(tmp_path)
    with pytest.raises(ValueError, match=r"holds no stamp\.json"):
        make(tmp_path, "val")
    assert files(tmp_path) == before


def test_an_empty_folder_is_filled(tmp_path):
    assert (make(tmp_path, "val") / "val/a.txt").exists()


def test_of_two_calls_at_once_the_second_waits_and_adds_only_what_is_missing(tmp_path):
    call = """
import sys, time
from pathlib import Path
from data.samples.generate import ensure_made
from tests.data.samples.test_generate import write
root, *parts = sys.argv[1:]
def slowly(folder, missing):
    print(*missing)
    (Path(root).parent / "begun").touch()
    while not (Path(root).parent / "go").exists():
        time.sleep(0.05)
    write(folder, missing)
ensure_made(Path(root), {"format": 1}, "stamp.json", parts, slowly)
"""
    root = tmp_path / "set"

    def start(*parts):
        command = [sys.executable, "-c", call, str(root), *parts]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=os.getcwd())

    first = start("val")
    while not (tmp_path / "begun").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = start("train", "val")
    assert f"another process is making {root}: waiting" in second.stderr.readline()
    (tmp_path / "go").touch()
    assert [process.communicate()[0] for process in (first, second)] == ["val\n", "train\n"]
    assert first.returncode == second.returncode == 0
    assert set(files(root)) == {"val/a.txt", "shared/val/b.txt", "train/a.txt", "shared/train/b.txt", STAMP}


SLOW = """
import sys
from pathlib import Path
from data.samples.generate import ensure_made, on_all_cores
from tests.data.samples.test_generate import sleep
root = Path(sys.argv[1])
def make(folder, missing):
    on_all_cores(sleep, [(folder, number) for number in range(9)], 9, "work")
ensure_made(root, {"format": 1}, "stamp.json", ["val"], make)
"""


def sleep(folder, number):
    (folder / f"{number}.{os.getpid()}").touch()
    time.sleep(60)
    return 1


def test_a_process_that_is_terminated_leaves_no_workers_and_nothing_unfinished(tmp_path):
    root = tmp_path / "set"
    with subprocess.Popen([sys.executable, "-c", SLOW, str(root)], stderr=subprocess.DEVNULL) as process:
        while not (begun := list(tmp_path.glob("set.*.partial/*"))):
            assert process.poll() is None
            time.sleep(0.05)
        workers = [int(path.suffix[1:]) for path in begun]
        for _ in range(2):  # a signal may come twice, from a shell and from what ended the shell
            process.terminate()
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert kept(root) == []
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_work_runs_in_other_processes_and_its_error_arrives():
    on_all_cores(pow, [(2, 3), (2, 4)], 24, "work")
    with pytest.raises(ZeroDivisionError):
        on_all_cores(pow, [(0, -1)], 1, "work")
