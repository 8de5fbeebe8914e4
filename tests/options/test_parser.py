import argparse

import pytest

from options.parser import (
    PATH,
    Parser,
    Wrong,
    add_option,
    choice,
    existing,
    float_range,
    int_or,
    int_range,
    matching,
    several_words,
    switch,
)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (int_range(1), "3", 3),
        (int_range(1, 3), "3", 3),
        (int_or("auto", 0), "3", 3),
        (int_or("auto", 0), "auto", "auto"),
        (float_range(0), "2e-4", 2e-4),
        (float_range(-2, 2), "-1.5", -1.5),
        (choice(["a", "b"]), "b", "b"),
        (matching(str.isdigit, "digits", "D"), "07", "07"),
    ],
)
def test_text_within_bounds_becomes_a_value(kind, text, expected):
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "allowed"),
    [
        (int_range(1), "0", "a whole number between 1 and 1,000,000,000"),
        (int_range(1, 5), "1.5", "a whole number between 1 and 5"),
        (int_range(1, 3), "4", "a whole number between 1 and 3"),
        (float_range(0, 0.5), "nan", "a number between 0 and 0.5"),
        (float_range(0, 1e6), "inf", "a number between 0 and 1e+06"),
        (float_range(0, 1e6), "", "a number between 0 and 1e+06"),
        (int_or("auto", 0, 9), "all", "a whole number between 0 and 9, or auto"),
        (choice(["a", "b"]), "A", "one of a, b"),
    ],
)
def test_other_text_becomes_wrong_and_says_what_is_allowed(kind, text, allowed):
    assert kind(text) == Wrong(text, allowed)


def test_help_names_the_default_of_a_value_and_of_a_switch():
    parser = argparse.ArgumentParser()
    add_option(parser, "--size", int_range(1), 7, "how large")
    switch(parser, "--loud", True, "how loud")
    shown = parser.format_help()
    assert "how large (default 7)" in shown and "how loud (default on)" in shown and shown.count("default") == 2


def test_a_switch_has_two_spellings():
    parser = argparse.ArgumentParser()
    switch(parser, "--loud", True, "how loud")
    assert [parser.parse_args(a).loud for a in ([], ["--loud"], ["--no-loud"])] == [True, True, False]


@pytest.mark.parametrize("words", [["1", "2"], ["1,2"], ["1,", "2"], ["1 2"]])
def test_several_words_are_one_value(words):
    parser = argparse.ArgumentParser()
    two = matching(lambda text: [int(n) for n in text.split(",")] in ([1, 2], [5, 6]), "two whole numbers", "N")
    several_words(parser.add_argument_group(), "--size", two, "3,4", "width and height")
    assert parser.parse_args([]).size == "3,4"
    assert parser.parse_args(["--size", "5", "6", "--size", *words]).size == "1,2"
    assert parser.parse_args(["--size=1,2"]).size == "1,2"
    assert isinstance(parser.parse_args(["--size", "1"]).size, Wrong)


def test_what_has_to_be_there_and_is_not_is_told_with_its_hint(tmp_path):
    parser = Parser()
    for flag, kind in (("--a", existing("file")), ("--b", existing("file or folder", "make it")), ("--c", PATH)):
        add_option(parser, flag, kind, None, "a path")
    (tmp_path / "file").touch()
    folder, file, nothing = str(tmp_path), str(tmp_path / "file"), str(tmp_path / "nothing")
    assert parser.missing({"a": file, "b": folder, "c": nothing}) == []
    assert parser.missing({"a": None, "b": None, "c": None}) == []
    told = [f"--a {folder}: no such file", f"--b {nothing}: no such file or folder; make it"]
    assert parser.missing({"a": folder, "b": nothing, "c": nothing}) == told


def test_what_may_change_is_a_path_or_was_declared_so():
    parser = Parser()
    add_option(parser, "--a", PATH, None, "a path")
    add_option(parser, "--b", existing("file"), None, "a file")
    add_option(parser, "--c", int_range(0), 1, "how long", may_change=True)
    add_option(parser, "--d", int_range(0), 1, "how large")
    switch(parser, "--e", True, "how loud")
    assert (parser.paths(), parser.may_change()) == ({"a", "b"}, {"a", "b", "c"})
