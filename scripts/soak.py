"""Kill a training again and again, resume it each time, and compare what it leaves with an uninterrupted run.

bash scripts/soak.sh [--kills 40] [--seed 0]
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.training.states import NEXT, STATE  # noqa: E402
from options.train_options import TrainOptions  # noqa: E402
from tests.helpers.runs import distil  # noqa: E402
from train import train  # noqa: E402
from util import checkpoint, tensors  # noqa: E402
from util.files import LOCK  # noqa: E402
from util.runtime import finish  # noqa: E402

AIMS = ("anywhere", "validation", "save")
FEWEST = {"validation": 10, "save": 5}  # kills that have to hit
MOST = 3  # times the number of kills that was asked for, until that many have hit
LENGTH = ["--niter", "400", "--niter_decay", "100", "--save_latest_freq", "16", "--save_epoch_freq", "50"]
RECORDS = ["--print_freq", "5", "--display_freq", "50", "--val_frames", "6", "--pool_size", "4"]
LEFT_OUT = f"the lock ({LOCK}) and the states before the newest, which the clock decides"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40, help="at least so many (default 40)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the signals (default 0)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return soak(Path(folder), given.kills, random.Random(given.seed))


def soak(folder: Path, kills: int, rng: random.Random) -> int:
    """Train once in one go and once with kills; print the counts; 0 if both leave the same files, else 1."""
    flags, run = distil(folder, *LENGTH, *RECORDS, "--continue_train"), folder / "runs" / "tiny"
    began = time.monotonic()
    start(flags).join()
    longest_s = (time.monotonic() - began) / (1.5 * kills)  # so the killed training lasts for all kills, however fast
    shutil.move(run, folder / "whole")
    counts, hits = Counter(), Counter()
    while counts.total() < kills or any(hits[aim] < fewest for aim, fewest in FEWEST.items()):
        if counts.total() >= MOST * kills:
            raise ValueError(f"only {dict(hits)} of {counts.total()} kills hit what they were aimed at")
        aim = rng.choice(AIMS)
        number = signal.SIGKILL if aim == "save" else rng.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
        hits[aim] += kill(start(flags, workers=rng.randrange(2)), run, aim, number, rng.uniform(0, longest_s), rng)
        counts[number.name] += 1
        print(f"kill {counts.total()}: {number.name} {aim}, {state_of(run).get('step', 0)} steps done", flush=True)
    start(flags).join()
    differ = differences(folder / "whole", run)
    print(
        f"{counts.total()} kills ({dict(counts)}), {hits['validation']} during validation, {hits['save']} during a save"
    )
    print(*(f"differs: {name}" for name in differ), f"left out: {LEFT_OUT}", sep="\n")
    print("every other file equals the uninterrupted run's" if not differ else f"{len(differ)} files differ")
    return 1 if differ else 0


def start(flags: list[str], workers: int = 0) -> ForkProcess:
    """train.py in a process of its own. It is forked, so that torch is imported once and not at each start."""
    process = get_context("fork").Process(target=train_quietly, args=([*flags, "--nThreads", str(workers)],))
    process.start()
    return process


def train_quietly(flags: list[str]) -> None:
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - to the end of the process
    sys.exit(train(TrainOptions().parse(flags)))


def kill(process: ForkProcess, run: Path, aim: str, number: signal.Signals, after_s: float, rng: random.Random) -> bool:
    """Send the signal when the training is where `aim` says, and wait for its end; whether it hit.

    Args:
        after_s: seconds that it trains at least.

    Raises:
        ValueError: the training came to its end, or failed.
    """
    options = run / "options.yaml"
    began = stamp(options)
    until(lambda: stamp(options) != began, process)  # written again when the training begins
    wait(after_s, process)
    if aim == "validation":
        until(lambda: validates(run), process)
        wait(rng.uniform(0, 0.1), process)
    elif aim == "save":
        until(lambda: bool(unfinished(run)), process)
    hit = aim == "validation" and validates(run)
    os.kill(process.pid, number)
    process.join()
    if number == signal.SIGKILL:  # what it leaves shows where it was
        hit = {"validation": validates(run), "save": bool(unfinished(run))}.get(aim, False)
    return hit


def until(condition: Callable[[], bool], process: ForkProcess) -> None:
    while not condition():
        wait(0.001, process)


def wait(seconds: float, process: ForkProcess) -> None:
    time.sleep(seconds)
    if not process.is_alive():
        raise ValueError(f"the training ended, with status {process.exitcode}, before it was killed")


def validates(run: Path) -> bool:
    """Whether the newest state says that the validation after its step is not done."""
    return "validation" in state_of(run).get("due", {})


def stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def unfinished(run: Path) -> list[Path]:
    return [*run.glob(".*.partial"), *run.glob(NEXT)]


def state_of(run: Path) -> dict:
    """The newest state, {} before the first one."""
    return checkpoint.load(run / STATE) if (run / STATE).exists() else {}


def differences(whole: Path, run: Path) -> list[str]:
    """The files that differ; weights and states by their contents."""
    ours, theirs = contents(run), contents(whole)
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def contents(run: Path) -> dict[str, object]:
    files = [path for path in run.rglob("*") if path.is_file() and path.name != LOCK]
    kept = [path for path in files if not path.name.startswith("state-")]
    return {str(path.relative_to(run)): content(path) for path in kept}


def content(path: Path) -> object:
    return tensors.digest(checkpoint.load(path)) if path.suffix in checkpoint.SUFFIXES else path.read_bytes()


if __name__ == "__main__":
    finish("soak.py", main)
