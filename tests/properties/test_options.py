"""Flags with random values: each is taken as typed, or refused by name; what was recorded reads back the same."""

import contextlib
import io
import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from options.parser import Kind
from options.record import ONE_CALL, save
from options.test_options import TestOptions
from options.train_options import TrainOptions

PROGRAMS = [TrainOptions, TestOptions]
TEXTS = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", " ", "--", "auto", "nan", "-inf", "1e400", "0x10", "1_000", "٣", "true", "null", "a,b", "--name", "\udce9"]
    ),
    st.text(max_size=8),
)


@pytest.fixture(scope="module", autouse=True)
def workplace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flags")
    (folder / "teacher.pth").touch()
    before = os.getcwd()
    os.chdir(folder)
    yield
    os.chdir(before)


def flags(program):
    """What is needed beside the flag under test."""
    more = ["--main_G_path", "teacher.pth"] if program is TrainOptions else []
    return ["--dataroot", ".", "--name", "n", *more]


def parse(program, argv):
    """(the options, None), or (None, what the program says before it ends)."""
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            return program().parse(argv), None
    except SystemExit as end:
        assert end.code == 2
        return None, told.getvalue()


def declared(program):
    return sorted(a.option_strings[0] for a in program().parser()._actions if isinstance(a.type, Kind))


@settings(max_examples=60)
@given(st.data(), st.sampled_from(PROGRAMS))
def test_any_text_for_any_flag_is_a_value_or_one_clear_refusal(data, program):
    flag, text = data.draw(st.sampled_from(declared(program))), data.draw(TEXTS)
    opt, told = parse(program, [*flags(program), f"{flag}={text}"])
    if opt is None:
        assert "Traceback" not in told and (flag in told or "--" in told)
        return
    value = getattr(opt, flag.removeprefix("--"))
    if isinstance(value, float):
        assert math.isfinite(value) and value == float(text)
    elif isinstance(value, int):
        assert value == int(text)
    else:
        assert words(str(value)) == words(text)


def words(text):
    """A list of names may be typed with commas or spaces."""
    return text.replace(",", " ").split()


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.floats(0, 10), st.text("abcü :#'\"-0", min_size=1, max_size=9), st.booleans())
def test_recorded_options_read_back_as_they_were(seed, lr, name, flip):
    argv = [*flags(TrainOptions), f"--seed={seed}", f"--lr={lr}", f"--name={name}", "--flip" if flip else "--no-flip"]
    opt, told = parse(TrainOptions, argv)
    if opt is None:
        assert "--name" in told
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "options.yaml"
        save(opt, path)
        again, told = parse(TrainOptions, ["--options", str(path)])
    assert again is not None, told
    same = vars(opt).keys() - ONE_CALL
    assert {key: vars(again)[key] for key in same} == {key: vars(opt)[key] for key in same}
