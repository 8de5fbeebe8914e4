"""Put faults into the code, one at a time, and see whether tests fail: a mutant that no test kills survives.

scripts/mutation/settings.yaml names the files, the share and the seed of the mutants, and the tests. A run that was
stopped goes on where it was. A run that is started again tries its survivors again.
"""

import argparse
import glob
import hashlib
import os
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import yaml

from scripts.arguments import at_least
from scripts.mutation import forks
from scripts.mutation.mutants import Mutant, sample
from scripts.mutation.records import Records
from scripts.mutation.report import killed_share, survivors, table
from scripts.mutation.trial import chosen_tests, measure, merged, try_mutant

STATE = Path("results/mutation")
REASONS = Path("docs/reliability.md")
FEWEST_KILLED = 0.9
MEASURE_SECONDS = 300  # of computing, for a file of tests
TRIAL_SECONDS, SLOWER = 60, 3  # for a mutant: 60 s and 3 times what its tests take


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutation.sh", description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--jobs", type=at_least(1), default=1, help="mutants tried at a time (default %(default)s)")
    jobs = parser.parse_args().jobs
    settings = yaml.safe_load(Path(__file__).with_name("settings.yaml").read_text())
    sources, tests = (files_of(settings[name], settings["left_out"]) for name in ("sources", "tests"))
    mutants = [m for path in sources for m in sample(path, Path(path).read_text(), settings["share"], settings["seed"])]
    os.environ["XDG_CACHE_HOME"] = str((STATE / "cache").absolute())  # what a mutant compiles stays there
    forks.import_packages()
    print(f"the tests without a fault: {len(tests)} files", flush=True)
    measured = measure_all(tests, sources, jobs)
    print(f"{len(mutants)} mutants of {len(sources)} files", flush=True)
    return judge(try_all(mutants, measured, jobs))


def files_of(patterns: Iterable[str], left_out: Iterable[str]) -> list[str]:
    return sorted({path for pattern in patterns for path in glob.glob(pattern)} - set(left_out))


def measure_all(tests: list[str], sources: list[str], jobs: int) -> dict[str, dict]:
    """What `measure` returns, for all files of tests together."""
    code = [Path(path).read_text() for path in sources]
    tasks = {
        digest(path, Path(path).read_text(), *code): partial(
            forks.call, measure, [path], sources, seconds=MEASURE_SECONDS
        )
        for path in tests
    }
    known = Records(STATE / "tests.jsonl").complete(tasks, jobs, lambda one: f"{len(one['seconds'])} tests")
    return merged(known)


def try_all(mutants: list[Mutant], measured: dict, jobs: int) -> list[dict]:
    records = Records(STATE / "mutants.jsonl", keep=lambda one: one["killed"])
    tasks = {digest(mutant.path, mutant.code): partial(outcome_of, mutant, measured) for mutant in mutants}
    return records.complete(tasks, jobs, lambda one: f"{one['by'] or 'SURVIVED'}: {one['path']} {one['change']}")


def outcome_of(mutant: Mutant, measured: dict) -> dict:
    """{"path", "line", "change", "killed", "by": the test that failed, "tests": how many reach it} of a mutant."""
    tests = chosen_tests(mutant, measured)
    seconds = TRIAL_SECONDS + SLOWER * sum(measured["seconds"][test] for test in tests)
    found = forks.call(try_mutant, mutant, tests, seconds=seconds) if tests else {"killed": False, "by": None}
    about = {"path": mutant.path, "line": mutant.lines[-1], "change": mutant.change, "tests": len(tests)}
    return about | (found or {"killed": True, "by": "it crashed or did not end"})


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def judge(outcomes: list[dict]) -> int:
    """Print the table and the survivors. 1: too few were killed, or a survivor is not named in the documentation."""
    print(table(outcomes), *survivors(outcomes), sep="\n")
    documented = REASONS.read_text()
    unnamed = [row for row in survivors(outcomes) if row not in documented]
    print(*(f"{REASONS} does not say why this survives: {row}" for row in unnamed), sep="\n")
    return 1 if unnamed or killed_share(outcomes) < FEWEST_KILLED else 0


if __name__ == "__main__":
    sys.exit(main())
