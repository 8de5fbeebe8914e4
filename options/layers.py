"""Flags come from up to three places, and a later one wins: a script, the --options file, and who typed the command."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from options import record, unknown
from options.caller import from_caller
from options.parser import Parser

END_OF_SCRIPT = "--"  # `PROGRAM flags of the script -- typed flags`; without it all flags are typed

_NOT_GIVEN = object()


def read(parser: Parser, argv: Sequence[str], defaults: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """(value of every flag, problems): what is typed wins over the --options file, that over the script, that over
    the default.

    An option that the file leaves empty has its default, whatever the script says. Paths that are typed are meant from
    the caller's folder, all others from the current one.

    Args:
        argv: the command line without the program.
        defaults: of all flags of `parser`, by name.
    """
    of_script, typed = split(argv)
    script_values, problems = _given(parser, of_script, defaults)
    typed_values, more = _given(parser, typed, defaults)
    typed_values |= {name: from_caller(typed_values[name]) for name in parser.paths() & typed_values.keys()}
    file_values, wrong = _of_file(parser, {**script_values, **typed_values}.get("options"), defaults)
    return {**defaults, **script_values, **file_values, **typed_values}, [*problems, *more, *wrong]


def split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """(flags that a script set, flags that were typed)."""
    if END_OF_SCRIPT not in argv:
        return [], argv
    end = argv.index(END_OF_SCRIPT)
    return argv[:end], argv[end + 1 :]


def _given(parser: Parser, flags: Sequence[str], defaults: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """(values of the flags that are there and no others, problems)."""
    blank = argparse.Namespace(**dict.fromkeys(defaults, _NOT_GIVEN))
    found, extras = parser.parse_known_args(flags, blank)
    values = {name: value for name, value in vars(found).items() if value is not _NOT_GIVEN}
    return values, unknown.complaints(extras, _spellings(defaults))


def _of_file(parser: Parser, path: str | None, defaults: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    if path is None:
        return {}, []
    flags, empty, problems = record.read(Path(path), defaults)
    return {**{name: defaults[name] for name in empty}, **_given(parser, flags, defaults)[0]}, problems


def _spellings(defaults: Mapping[str, object]) -> list[str]:
    return [f"--{k}" for k in defaults] + [f"--no-{k}" for k, v in defaults.items() if isinstance(v, bool)]
