"""Every file runs on Python 3.10, the oldest version that the README promises."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OLDEST = (3, 10)
PACKAGES = ("models", "data", "options", "util", "scripts", "tests")
FILES = [*ROOT.glob("*.py"), *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
# Names that Python 3.13 has and 3.10 lacks, those that a program like this one might use.
NEWER = {
    "asyncio": "Barrier Runner TaskGroup Timeout timeout timeout_at",
    "builtins": "BaseExceptionGroup ExceptionGroup PythonFinalizationError",
    "collections.abc": "Buffer",
    "contextlib": "chdir",
    "copy": "replace",
    "datetime": "UTC",
    "enum": "EJECT EnumCheck EnumDict EnumType KEEP ReprEnum STRICT StrEnum member nonmember property verify",
    "glob": "translate",
    "hashlib": "file_digest",
    "inspect": "BufferFlags getmembers_static markcoroutinefunction",
    "itertools": "batched",
    "logging": "getHandlerByName getHandlerNames getLevelNamesMapping",
    "math": "cbrt exp2 fma sumprod",
    "operator": "call",
    "os": "process_cpu_count setns unshare",
    "queue": "ShutDown",
    "random": "binomialvariate",
    "re": "NOFLAG PatternError",
    "statistics": "kde kde_random",
    "sys": "exception monitoring",
    "types": "CapsuleType get_original_bases",
    "typing": "LiteralString Never NoDefault NotRequired ReadOnly Required Self TypeAliasType TypeIs TypeVarTuple "
    "Unpack assert_never assert_type dataclass_transform override reveal_type",
    "warnings": "deprecated",
}
NEWER_MODULES = {"annotationlib", "compression", "tomllib"}
NEWER_METHODS = {
    "add_note",
    "from_uri",
    "full_match",
    "is_junction",
    "walk",
    "with_segments",
}  # of paths and exceptions
NEWER_ARGUMENTS = {"case_sensitive", "delete_on_close", "onexc", "walk_up", "weakref_slot"}


def too_new(source: str) -> list[str]:
    """The uses of what Python 3.10 does not have, one line each.

    Raises:
        SyntaxError: a statement is newer than Python 3.10.
    """
    tree = ast.parse(source, feature_version=OLDEST)
    modules = {a.asname or a.name: a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return [f"line {node.lineno}: {name}" for node in ast.walk(tree) for name in _newer(node, modules)]


def _newer(node: ast.AST, modules: dict[str, str]) -> list[str]:
    """What this node itself uses that is newer.

    Args:
        modules: local name -> the module imported under it.
    """
    match node:
        case ast.Import():
            return [alias.name for alias in node.names if alias.name.split(".")[0] in NEWER_MODULES]
        case ast.ImportFrom(module=str(module)) if module in NEWER:
            return [f"{module}.{alias.name}" for alias in node.names if alias.name in NEWER[module].split()]
        case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] in NEWER_MODULES:
            return [module]
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in modules:
            return [f"{modules[name]}.{attr}"] if attr in NEWER.get(modules[name], "").split() else []
        case ast.Attribute(attr=attr) if attr in NEWER_METHODS:
            return [f".{attr}"]
        case ast.Name(id=name) if name in NEWER["builtins"].split():
            return [name]
        case ast.keyword(arg=str(argument)) if argument in NEWER_ARGUMENTS:
            return [f"{argument}="]
        case ast.Subscript(slice=ast.Tuple() as index) if _bare_star(index):
            return ["a starred index without parentheses"]
    return []


def _bare_star(index: ast.Tuple) -> bool:
    """Whether this is `x[a, *b]`, which the parser lets pass; `x[(a, *b)]` is older."""
    starred = any(isinstance(element, ast.Starred) for element in index.elts)
    return starred and index.col_offset == index.elts[0].col_offset


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_uses_nothing_newer(path):
    assert not too_new(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from typing import Any, Self", "typing.Self"),
        ("import typing as t\nx: t.Never", "typing.Never"),
        ("import tomllib", "tomllib"),
        ("from tomllib import load", "tomllib"),
        ("import datetime\ndatetime.UTC", "datetime.UTC"),
        ("raise ExceptionGroup('several', found)", "ExceptionGroup"),
        ("for found in folder.walk(): pass", ".walk"),
        ("shutil.rmtree(path, onexc=tell)", "onexc="),
        ("x[0, *index]", "a starred index without parentheses"),
    ],
)
def test_what_is_newer_is_found(source, found):
    [line] = too_new(source)
    assert line.endswith(f": {found}")


@pytest.mark.parametrize("source", ["type Size = tuple", "def f[T](x: T): pass", "try: pass\nexcept* OSError: pass"])
def test_newer_statements_cannot_be_read(source):
    with pytest.raises(SyntaxError):
        too_new(source)


def test_what_only_looks_newer_is_left_alone():
    assert not too_new("import os, ast\nos.walk('.')\nast.walk(tree)\ntable['name', 0]\nx[(..., *index)]")
