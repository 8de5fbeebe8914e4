import pytest

from scripts.mutation import forks
from scripts.mutation.mutants import sample
from scripts.mutation.trial import chosen_tests, measure, try_mutant

ARITHMETIC = """
LIMIT = 3


def add(a, b):
    return min(a + b, LIMIT)


def unused(a):
    return a - 1
"""
MIRROR = """
from tiny.arithmetic import add


def test_zero():
    assert add(0, 0) == 0
"""
USER = """
from tiny.arithmetic import add


def test_one():
    assert add(1, 1) == 2
"""


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """What `measure` says of a module, its tests and a test that only uses it; they are in the working directory."""
    files = {"tiny/arithmetic.py": ARITHMETIC, "tests/tiny/test_arithmetic.py": MIRROR, "tests/test_user.py": USER}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return forks.call(measure, ["tests"], ["tiny/arithmetic.py"], seconds=60)


def mutant(change):
    return next(one for one in sample("tiny/arithmetic.py", ARITHMETIC, 1.0, 0) if one.change == change)


MIRRORED, USING = "tests/tiny/test_arithmetic.py::test_zero", "tests/test_user.py::test_one"


@pytest.mark.parametrize(
    ("change", "tests"),
    [
        ("`return min(a + b, LIMIT)` → `return min(a - b, LIMIT)`", {MIRRORED, USING}),
        ("`LIMIT = 3` → `LIMIT = 4`", {MIRRORED, USING}),
        ("`a - 1` → `a - 2`", set()),
    ],
)
def test_a_mutant_meets_the_tests_that_reach_it(measured, change, tests):
    assert set(chosen_tests(mutant(change), measured)) == tests


def test_the_quickest_test_comes_first_and_the_other_tests_of_the_mirror_come_last(measured):
    made = mutant("`return min(a + b, LIMIT)` → `return min(a - b, LIMIT)`")
    measured["seconds"] = {MIRRORED: 2.0, USING: 1.0}
    assert chosen_tests(made, measured) == [USING, MIRRORED]
    measured["reached"] = {"tiny/arithmetic.py": {"6": [USING]}}
    assert chosen_tests(made, measured) == [USING, MIRRORED]


def test_a_mutant_is_killed_by_a_test_that_fails_and_survives_others(measured):
    made = mutant("`return min(a + b, LIMIT)` → `return min(a - b, LIMIT)`")
    assert forks.call(try_mutant, made, [MIRRORED, USING], seconds=60) == {"killed": True, "by": USING}
    assert forks.call(try_mutant, made, [MIRRORED], seconds=60) == {"killed": False, "by": None}


def test_tests_that_fail_without_a_fault_are_named(measured, tmp_path):
    (tmp_path / "tests" / "test_user.py").write_text(USER.replace("== 2", "== 3"))
    with pytest.raises(RuntimeError, match="without any fault, tests/test_user.py::test_one fails"):
        forks.call(measure, ["tests"], ["tiny/arithmetic.py"], seconds=60)
