"""The house rules that a reader cannot see in one file."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {  # package -> the packages of ours it may import, itself aside
    "util": set(),
    "models": {"util"},
    "data": {"util"},
    "options": {"models", "data", "util"},
}
OURS = {*MAY_IMPORT, "train", "test", "shortcut_v2v", "tests", "scripts"}
SOURCES = sorted(p for package in MAY_IMPORT for p in (ROOT / package).rglob("*.py"))
PROGRAMS = [ROOT / "train.py", ROOT / "test.py", ROOT / "shortcut_v2v.py"]
OPTION_OBJECTS = {"opt", "opts", "args", "cfg"}


def name(path):
    return path.relative_to(ROOT).as_posix()


def nodes(path, *kinds):
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def imported_packages(path):
    plain = [alias.name for node in nodes(path, ast.Import) for alias in node.names]
    named = [node.module for node in nodes(path, ast.ImportFrom) if node.module and not node.level]
    return {module.split(".")[0] for module in plain + named}


def test_every_package_has_sources():
    assert {name(p).split("/")[0] for p in SOURCES} == set(MAY_IMPORT) and len(SOURCES) > len(MAY_IMPORT)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_imports_point_down(path):
    package = name(path).split("/")[0]
    forbidden = OURS - MAY_IMPORT[package] - {package}
    assert not imported_packages(path) & forbidden


def test_programs_are_all_that_lies_beside_the_packages():
    assert set(PROGRAMS) == set(ROOT.glob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_programs_import_packages_and_no_other_program(path):
    assert imported_packages(path) & OURS <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).split("/")[0] != "options"], ids=name)
def test_no_function_takes_the_options_object(path):
    for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        taken = {a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]} & OPTION_OBJECTS
        assert not taken, f"{getattr(node, 'name', 'a lambda')} takes {taken}"


@pytest.mark.parametrize("path", [p for p in SOURCES if '__name__ == "__main__"' not in p.read_text()], ids=name)
def test_only_programs_print(path):
    called = [node.func.id for node in nodes(path, ast.Call) if isinstance(node.func, ast.Name)]
    assert "print" not in called


@pytest.mark.parametrize("path", [*SOURCES, *PROGRAMS], ids=name)
def test_files_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 300
