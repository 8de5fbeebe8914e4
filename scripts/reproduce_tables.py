"""Run the tasks of the paper that can be run here, and write its table with our figures beside what has been published.

Every flag that is not named here goes to test.py, for all tasks alike.
"""

import argparse
import os
import shlex
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.tables.paper import published_rows, run_rows, write_tables  # noqa: E402
from scripts.tables.records import read_run  # noqa: E402
from scripts.tables.tasks import ROOT, TITLES, Entry, entries  # noqa: E402
from util.files import prepare_folder  # noqa: E402
from util.runtime import finish  # noqa: E402

SETTLED = ("--dataroot", "--name", "--main_G_path", "--checkpoints_dir", "--which_epoch", "--phase", "--dry_run")
TOLD_CHUNKS = 20  # of what a run told last, in which its error is looked for


def reproduce(given: argparse.Namespace, more: Sequence[str], command: str) -> int:
    """Write the table; 1 if a run failed, which costs no other row."""
    if settled := [flag for flag in more if flag.split("=")[0] in SETTLED]:
        raise ValueError(f"{', '.join(settled)}: every row has its own; data is named by --v2c_root and --v2l_root")
    folder, rows, failed = prepare_folder(given.out), [], 0
    published = yaml.safe_load((ROOT / "docs" / "published.yaml").read_text(encoding="utf-8"))
    planned = entries(given.v2c_root.resolve(), given.v2l_root.resolve())
    for number, entry in enumerate(planned, 1):
        print(f"[{number}/{len(planned)}] {TITLES[entry.task]}, {entry.setting}: ", end="", flush=True)
        try:
            rows += measured(entry, given, more)
        except (RuntimeError, ValueError, OSError) as error:
            failed += 1
            rows.append(remark(entry, f"failed: {error}"))
            print(f"failed: {error}", flush=True)
    rows += published_rows(published)
    ordered = sorted(rows, key=lambda row: list(TITLES).index(row["task"]))  # stable: settings stay in order
    print(f"\n{write_tables(folder, command, ordered, published)}\n\n{folder / 'reproduced.md'}, .csv")
    return 1 if failed else 0


def measured(entry: Entry, given: argparse.Namespace, more: Sequence[str]) -> list[dict]:
    """The entry's rows: from the finished run there is, from a run made now, or one row that says what is missing."""
    results = entry.results(given.results_dir.resolve())
    if given.reuse and (results / "metrics.json").is_file():
        print(f"reused {results}", flush=True)
    elif lacking := entry.missing():
        print(lacking, flush=True)
        return [remark(entry, lacking)]
    else:
        command = ["bash", str(entry.script), *entry.flags, "--results_dir", str(results.parent.parent), *more]
        print(shlex.join(command), flush=True)
        run(command)
    return run_rows(entry.task, entry.setting, read_run(results).record)


def run(command: Sequence[str]) -> None:
    """Run a test script in full view.

    Raises:
        RuntimeError: it failed; the message is the script's own.
    """
    env = {name: value for name, value in os.environ.items() if name != "dataset_root"}  # every row names its data
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**env, "PYTHON": sys.executable}) as process:
        told = deque(maxlen=TOLD_CHUNKS)
        while chunk := os.read(process.stderr.fileno(), 4096):  # as it comes, so that progress bars move
            sys.stderr.buffer.write(chunk)
            sys.stderr.flush()
            told.append(chunk)
    if process.returncode:
        lines = b"".join(told).decode(errors="replace").splitlines()
        raise RuntimeError(complaint(lines) or f"exit status {process.returncode}")


def complaint(lines: Sequence[str]) -> str:
    """From the program's "error:" on, or else the last line that says something."""
    start = next((k for k in reversed(range(len(lines))) if " error: " in lines[k]), None)
    said = [line.strip() for line in lines if line.strip()]
    return " ".join(line.strip() for line in lines[start:]) if start is not None else (said or [""])[-1]


def remark(entry: Entry, note: str) -> dict:
    return {"task": entry.task, "setting": entry.setting, "method": "-", "note": note}


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="reproduce_tables.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("--out", type=Path, default=ROOT / "docs" / "tables", help="where the table goes (default docs/tables)")
    add("--results_dir", type=Path, default=ROOT / "results", help="where runs lie and go (default results)")
    add("--reuse", action="store_true", help="take finished runs in --results_dir as they are")
    add("--v2c_root", type=Path, default=ROOT / "datasets" / "v2c", help="holds Viper/ (default datasets/v2c)")
    add("--v2l_root", type=Path, default=ROOT / "datasets" / "v2l", help="holds val/{A,B} (default datasets/v2l)")
    return parser.parse_known_args(argv)


if __name__ == "__main__":
    called = shlex.join(["bash", "scripts/reproduce_tables.sh", *sys.argv[1:]])
    finish("reproduce_tables.sh", lambda: reproduce(*parse(sys.argv[1:]), called))
