"""Run the tasks of the paper for which data and checkpoints are here; write our figures beside the published ones.

Flags that are not listed here go to test.py, for all tasks.
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

SET_PER_ROW = ("--dataroot", "--name", "--main_G_path", "--checkpoints_dir", "--which_epoch", "--phase", "--dry_run")
LAST_CHUNKS = 20  # of a run's stderr, in which its error message is looked for


def reproduce(given: argparse.Namespace, more: Sequence[str], command: str) -> int:
    """Write the table. If a run fails, the others go on; the result is then 1."""
    if refused := [flag for flag in more if flag.split("=")[0] in SET_PER_ROW]:
        raise ValueError(f"{', '.join(refused)}: every row sets its own; name the data by --v2c_root and --v2l_root")
    folder, rows, failed = prepare_folder(given.out), [], 0
    published = yaml.safe_load((ROOT / "docs" / "published.yaml").read_text(encoding="utf-8"))
    planned = entries(given.v2c_root.resolve(), given.v2l_root.resolve())
    for number, entry in enumerate(planned, 1):
        print(f"[{number}/{len(planned)}] {TITLES[entry.task]}, {entry.setting}: ", end="", flush=True)
        try:
            rows += measured(entry, given, more)
        except (RuntimeError, ValueError, OSError) as error:
            failed += 1
            rows.append(note_row(entry, f"failed: {error}"))
            print(f"failed: {error}", flush=True)
    rows += published_rows(published)
    ordered = sorted(rows, key=lambda row: list(TITLES).index(row["task"]))  # stable: settings stay in order
    print(f"\n{write_tables(folder, command, ordered, published)}\n\n{folder / 'reproduced.md'}, .csv")
    return 1 if failed else 0


def measured(entry: Entry, given: argparse.Namespace, more: Sequence[str]) -> list[dict]:
    """The entry's rows: of a finished run, of a run made now, or one row that says what is missing."""
    results = entry.results(given.results_dir.resolve())
    if given.reuse and (results / "metrics.json").is_file():
        print(f"reused {results}", flush=True)
    elif lacking := entry.missing():
        print(lacking, flush=True)
        return [note_row(entry, lacking)]
    else:
        command = ["bash", str(entry.script), *entry.flags, "--results_dir", str(results.parent.parent), *more]
        print(shlex.join(command), flush=True)
        run(command)
    return run_rows(entry.task, entry.setting, read_run(results).record)


def run(command: Sequence[str]) -> None:
    """Run a test script; its output goes to the terminal as it comes.

    Raises:
        RuntimeError: it failed; the message is the script's own.
    """
    env = {name: value for name, value in os.environ.items() if name != "dataset_root"}  # every row names its data
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**env, "PYTHON": sys.executable}) as process:
        last = deque(maxlen=LAST_CHUNKS)
        while chunk := os.read(process.stderr.fileno(), 4096):  # as it comes, so that progress bars move
            sys.stderr.buffer.write(chunk)
            sys.stderr.flush()
            last.append(chunk)
    if process.returncode:
        lines = b"".join(last).decode(errors="replace").splitlines()
        raise RuntimeError(error_message(lines) or f"exit status {process.returncode}")


def error_message(lines: Sequence[str]) -> str:
    """The text from the program's last "error:" on; without one, the last line that is not empty."""
    start = next((k for k in reversed(range(len(lines))) if " error: " in lines[k]), None)
    filled = [line.strip() for line in lines if line.strip()]
    return " ".join(line.strip() for line in lines[start:]) if start is not None else (filled or [""])[-1]


def note_row(entry: Entry, note: str) -> dict:
    """A row without figures."""
    return {"task": entry.task, "setting": entry.setting, "method": "-", "note": note}


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="reproduce_tables.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("--out", type=Path, default=ROOT / "docs" / "tables", help="where the table goes (default docs/tables)")
    add("--results_dir", type=Path, default=ROOT / "results", help="folder of finished and new runs (default results)")
    add("--reuse", action="store_true", help="do not repeat finished runs in --results_dir")
    add("--v2c_root", type=Path, default=ROOT / "datasets" / "v2c", help="holds Viper/ (default datasets/v2c)")
    add("--v2l_root", type=Path, default=ROOT / "datasets" / "v2l", help="holds val/{A,B} (default datasets/v2l)")
    return parser.parse_known_args(argv)


if __name__ == "__main__":
    called = shlex.join(["bash", "scripts/reproduce_tables.sh", *sys.argv[1:]])
    finish("reproduce_tables.sh", lambda: reproduce(*parse(sys.argv[1:]), called))
