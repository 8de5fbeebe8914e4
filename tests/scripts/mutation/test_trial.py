import pytest

from scripts.mutation import forks
from scripts.mutation.mutants import sample
from scripts.mutation.trial import chosen_tests, measure, merged, try_mutant

ARITHMETIC = """
LIMIT = int("3", base=10)


def add(a, b):
    return min(a + b, LIMIT)


def unused(a):
    return a - 1
"""
ZERO = """
from tiny.arithmetic import add


def test_zero():
    assert add(0, 0) == 0
"""
ONE = """
from tiny.arithmetic import add


def test_one():
    assert add(1, 1) == 2
"""


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """What `measure` says of a module, its tests and a test that only uses it; they are in the working directory."""
    files = {"tiny/arithmetic.py": ARITHMETIC, "tests/tiny/test_arithmetic.py": ZERO, "tests/test_user.py": ONE}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return forks.call(measure, ["tests"], ["tiny/arithmetic.py"], seconds=60)


def mutant(change):
    return next(one for one in sample("tiny/arithmetic.py", ARITHMETIC, 1.0, 0) if one.change == change)


MINUS = "`return min(a + b, LIMIT)` → `return min(a - b, LIMIT)`"
BROKEN = '`LIMIT = int("3", base=10)` → `LIMIT = int("XX3XX", base=10)`'
AT_ZERO, AT_ONE = "tests/tiny/test_arithmetic.py::test_zero", "tests/test_user.py::test_one"


@pytest.mark.parametrize(
    ("change", "tests"),
    [
        (MINUS, {AT_ZERO, AT_ONE}),
        (BROKEN, {AT_ZERO, AT_ONE}),
        ("`a - 1` → `a - 2`", set()),
    ],
)
def test_a_mutant_meets_the_tests_that_reach_it(measured, change, tests):
    assert set(chosen_tests(mutant(change), measured)) == tests


def test_the_quickest_test_comes_first(measured):
    for seconds in ({AT_ZERO: 2.0, AT_ONE: 1.0}, {AT_ZERO: 1.0, AT_ONE: 2.0}):
        assert chosen_tests(mutant(MINUS), measured | {"seconds": seconds}) == sorted(seconds, key=seconds.get)


def test_files_measured_one_by_one_are_as_if_measured_together(measured):
    parts = [
        forks.call(measure, [test.partition("::")[0]], ["tiny/arithmetic.py"], seconds=60) for test in (AT_ZERO, AT_ONE)
    ]
    together = merged(parts)
    assert together["seconds"].keys() == measured["seconds"].keys()
    by_line, expected = (one["reached"]["tiny/arithmetic.py"] for one in (together, measured))
    assert {line: set(tests) for line, tests in by_line.items()} == {k: set(v) for k, v in expected.items()}


def test_a_mutant_is_killed_by_a_test_that_fails_and_survives_others(measured):
    made = mutant(MINUS)
    assert forks.call(try_mutant, made, [AT_ZERO, AT_ONE], seconds=60) == {"killed": True, "by": AT_ONE}
    assert forks.call(try_mutant, made, [AT_ZERO], seconds=60) == {"killed": False, "by": None}


def test_a_mutant_that_cannot_be_imported_is_killed(measured):
    assert forks.call(try_mutant, mutant(BROKEN), [AT_ZERO], seconds=60) == {"killed": True, "by": "an import"}


def test_tests_that_fail_without_a_fault_are_named(measured, tmp_path):
    (tmp_path / "tests" / "test_user.py").write_text(ONE.replace("== 2", "== 3"))
    with pytest.raises(RuntimeError, match="without any fault, tests/test_user.py::test_one fails"):
        forks.call(measure, ["tests"], ["tiny/arithmetic.py"], seconds=60)
