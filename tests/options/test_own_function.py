import sys

import pytest

from options.layers import CALLER_VARIABLE
from options.own_function import own_function


@pytest.fixture
def module(tmp_path, monkeypatch):
    """module(name, text): a module of this text in the folder of the caller."""
    monkeypatch.setenv(CALLER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)

    def write(name, text):
        path = tmp_path / name.replace(".", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text)

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_function_is_imported_from_the_callers_folder(module):
    module("mine.deep", "from mine.beside import answer\ndef make(): return answer")
    module("mine.beside", "answer = 42")
    assert own_function("mine.deep:make")() == 42


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent:make", "absent:make: cannot import absent from .*No module named 'absent'"),
        ("mine:absent", r"mine \(.*mine.py\) has no function absent"),
        ("mine:number", "has no function number"),
        ("broken:make", "cannot import broken from .*ZeroDivisionError"),
        ("models.networks:make", "models is a package of this project; give the function a module with another name"),
        ("foreign:make", "models.networks.*this project has a package models of its own, so rename yours"),
    ],
)
def test_what_cannot_be_imported_is_told_in_one_sentence(module, name, message):
    module("mine", "number = 1")
    module("broken", "1 / 0")
    module("foreign", "from models.networks import make")
    with pytest.raises(ValueError, match=message):
        own_function(name)
