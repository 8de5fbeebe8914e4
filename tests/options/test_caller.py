import pytest

from options.caller import CALLER_VARIABLE, from_caller


@pytest.mark.parametrize(
    ("caller", "typed", "meant"),
    [
        (None, "a/b", "a/b"),
        ("", "a/b", "a/b"),
        ("/called", "a/b", "/called/a/b"),
        ("/called", "./a", "/called/./a"),
        ("/called", "/a", "/a"),
        (".", "a", "a"),
    ],
)
def test_a_relative_path_is_meant_from_the_callers_folder(caller, typed, meant, monkeypatch):
    if caller is None:
        monkeypatch.delenv(CALLER_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(CALLER_VARIABLE, caller)
    assert from_caller(typed) == meant
