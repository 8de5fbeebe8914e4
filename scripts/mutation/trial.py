"""What runs in a forked process: the tests, on the code as it is or on a mutant.

The modules under test must not be imported before. They are imported here, one of them as the mutant has it. So no file
changes, and a run that is killed leaves none changed.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path

import coverage
import pytest

from scripts.mutation.mutants import Mutant

PYTEST = ("-x", "-q", "-m", "not slow", "-p", "no:cacheprovider")


class MutantFinder(MetaPathFinder):
    """Imports the module of a mutant from the mutant's text."""

    def __init__(self, mutant: Mutant):
        self.path, self.code = Path(mutant.path).absolute(), mutant.code
        self.module = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, fullname, path, target=None):
        if fullname != self.module:
            return None
        loader = SourceFileLoader(fullname, str(self.path))
        loader.get_code = lambda _: compile(self.code, self.path, "exec")
        return spec_from_file_location(fullname, self.path, loader=loader)


class Watcher:
    """A plugin of pytest. It runs the `chosen` tests in this order, all if there are none, and notes what it sees."""

    def __init__(self, chosen: Sequence[str] = (), start: Callable[[str], None] = lambda test: None):
        self.place, self.start = {test: k for k, test in enumerate(chosen)}, start
        self.failed: str | None = None  # the first test that failed
        self.seconds: dict[str, float] = {}  # of computing, child processes included: the clock depends on others

    def pytest_collection_modifyitems(self, items):
        if self.place:
            items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])

    def pytest_runtest_logstart(self, nodeid):
        self.start(nodeid)
        self.seconds[nodeid] = -_computed()

    def pytest_runtest_logfinish(self, nodeid):
        self.seconds[nodeid] += _computed()

    def pytest_runtest_logreport(self, report):
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def _computed() -> float:
    return sum(os.times()[:4])


def measure(arguments: Sequence[str], sources: Sequence[str], folder: str) -> dict[str, dict]:
    """Run all tests that the arguments of pytest name, on the code as it is. `folder` is for their files.

    Returns:
        {"seconds": {test: its time}, "reached": {source: {line: tests}}}. What runs at an import counts for test "".

    Raises:
        RuntimeError: a test fails.
    """
    files = {source: str(Path(source).absolute()) for source in sources}
    measured = coverage.Coverage(data_file=None, include=list(files.values()))
    watcher = Watcher(start=measured.switch_context)
    with measured.collect():
        status = pytest.main([*PYTEST, f"--basetemp={folder}/tests", *arguments], [watcher])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"without any fault, {watcher.failed or 'pytest'} fails")
    data = measured.get_data()
    reached = {source: data.contexts_by_lineno(file) for source, file in files.items()}
    return {"seconds": watcher.seconds, "reached": reached}


def merged(several: Iterable[Mapping[str, dict]]) -> dict[str, dict]:
    """What `measure` returned for several files of tests, as if it had run them together."""
    seconds, reached = {}, defaultdict(lambda: defaultdict(list))
    for one in several:
        seconds |= one["seconds"]
        for source, lines in one["reached"].items():
            for line, tests in lines.items():
                reached[source][line] += tests
    return {"seconds": seconds, "reached": reached}


def try_mutant(mutant: Mutant, tests: Sequence[str], folder: str) -> dict:
    """Run the tests on the mutant: {"killed": whether one failed, "by": which one}. `folder` is for their files.

    Raises:
        RuntimeError: pytest could not run the tests.
    """
    sys.meta_path.insert(0, MutantFinder(mutant))
    watcher = Watcher(tests)
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    status = pytest.main([*PYTEST, f"--basetemp={folder}/tests", *files], [watcher])
    if status == pytest.ExitCode.OK:
        return {"killed": False, "by": None}
    if status in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        return {"killed": True, "by": watcher.failed or "an import"}
    raise RuntimeError(f"pytest ended with {status!r} on {mutant.path}, {mutant.change}")


def chosen_tests(mutant: Mutant, measured: Mapping[str, dict]) -> list[str]:
    """The tests that reach the changed statement, quickest first.

    A statement that runs at the import is reached by all tests of the files in which a test reaches the source.
    """
    reached, seconds = measured["reached"][mutant.path], measured["seconds"]
    tests = {test for line in mutant.lines for test in reached.get(str(line), [])}
    if "" in tests:
        files = {test.partition("::")[0] for by_line in reached.values() for test in by_line}
        tests = {test for test in seconds if test.partition("::")[0] in files}
    return sorted(tests, key=seconds.__getitem__)
