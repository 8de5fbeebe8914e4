"""The command line in layers: default < script < model < --options file < typed; what to say about an unknown flag."""

import argparse
import difflib
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from options import record
from options.parser import Parser, Wrong
from options.published import DROPPED, needless

END_OF_SCRIPT = "--"  # `PROGRAM flags of the script -- typed flags`; without it all flags are typed
CALLER_VARIABLE = "SHORTCUT_V2V_CALLER"  # scripts/common.sh exports the folder from which a script was called

Describe = Callable[[Mapping[str, object]], dict[str, object]]

_NOT_GIVEN = object()


class CommandLine(NamedTuple):
    """What a command line says.

    values: of every flag, by name.
    chosen: names of the flags that the caller gave, on the command line or in the --options file.
    notes: one line for each published flag that was given and is not needed.
    problems: what is wrong, one sentence each.
    """

    values: dict[str, object]
    chosen: set[str]
    notes: list[str]
    problems: list[str]


def read(parser: Parser, argv: Sequence[str], defaults: Mapping[str, object], describe: Describe) -> CommandLine:
    """Read the command line: what is typed wins over the --options file, that over the description of a model, that
    over the script, that over the default.

    An option that the file leaves empty has its default, whatever the script says. Paths that are typed are meant from
    the caller's folder, all others from the current one.

    Args:
        argv: the command line without the program.
        defaults: of all flags of `parser`, by name.
        describe: values that the script, the file and the user give -> those of the model's description, as they stand
            in it; ValueError if it is wrong.
    """
    of_script, typed = split(argv)
    script_values, _, problems = _given(parser, of_script, defaults)
    typed_values, notes, more = _given(parser, typed, defaults)
    typed_paths = {name: typed_values[name] for name in parser.paths() & typed_values.keys()}
    typed_values |= {name: from_caller(path) for name, path in typed_paths.items() if isinstance(path, str)}
    file_values, wrong = _of_file(parser, {**script_values, **typed_values}.get("options"), defaults)
    given = {**script_values, **file_values, **typed_values}
    model_values, bad = _of_model(parser, describe, given, defaults)
    values = {**defaults, **script_values, **model_values, **file_values, **typed_values}
    return CommandLine(values, file_values.keys() | typed_values.keys(), notes, [*problems, *more, *wrong, *bad])


def split(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """(flags that a script set, flags that were typed)."""
    if END_OF_SCRIPT not in argv:
        return [], argv
    end = argv.index(END_OF_SCRIPT)
    return argv[:end], argv[end + 1 :]


def from_caller(path: str) -> str:
    """`path` as the caller meant it; as typed where no script runs, or one that was called from the current folder.

    "-" is standard input or output.
    """
    folder = os.environ.get(CALLER_VARIABLE)
    if path == "-" or not folder or os.path.realpath(folder) == os.path.realpath(os.curdir):
        return path
    return os.path.join(folder, path)


def complaints(extras: Sequence[str], known: Collection[str]) -> list[str]:
    """One sentence for each argument that parsing left over; the values of an unknown flag go with it."""
    found, flag_before = [], False
    for token in extras:
        if token.startswith("--"):
            found.append(_complaint(token.split("=")[0], known))
            flag_before = True
        elif not flag_before:
            found.append(f"unexpected argument {token!r}: every value follows a --flag")
    return found


def _given(
    parser: Parser, flags: Sequence[str], defaults: Mapping[str, object]
) -> tuple[dict[str, object], list[str], list[str]]:
    """(values of the flags that are there and no others, notes, problems)."""
    blank = argparse.Namespace(**dict.fromkeys(defaults, _NOT_GIVEN))
    found, extras = parser.parse_known_args(flags, blank)
    values = {name: value for name, value in vars(found).items() if value is not _NOT_GIVEN}
    # Of --flag=-- argparse keeps an empty list, up to Python 3.12.
    values |= {name: Wrong("--", "a value") for name, value in values.items() if value == []}
    notes, unknown = needless(extras)
    if parser.words:
        words, unknown = _sorted_out(unknown)
        values |= {parser.words: tuple(words)} if words else {}
    return values, notes, complaints(unknown, _spellings(defaults))


def _sorted_out(extras: Sequence[str]) -> tuple[list[str], list[str]]:
    """(words, unknown flags with their values) of what parsing left over."""
    words, unknown = [], []
    for token in extras:
        known_as_word = not token.startswith("--") and not unknown
        (words if known_as_word else unknown).append(token)
    return words, unknown


def _of_file(parser: Parser, path: object, defaults: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    if not isinstance(path, str):  # not given
        return {}, []
    flags, empty, problems = record.read(Path(path), defaults)
    return {**{name: defaults[name] for name in empty}, **_given(parser, flags, defaults)[0]}, problems


def _of_model(
    parser: Parser, describe: Describe, given: Mapping[str, object], defaults: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    try:
        values = {name: value for name, value in describe(given).items() if name in defaults}
    except ValueError as error:
        return {}, [str(error)]
    flags, problems = record.as_flags(values, defaults, "the model's description")
    return _given(parser, flags, defaults)[0], problems


def _spellings(defaults: Mapping[str, object]) -> list[str]:
    return [f"--{k}" for k in defaults] + [f"--no-{k}" for k, v in defaults.items() if isinstance(v, bool)]


def _complaint(flag: str, known: Collection[str]) -> str:
    if flag in DROPPED:
        return f"{flag} is gone: {DROPPED[flag]}"
    guess = _nearest(flag, known)
    return f"unknown flag {flag}" + (f", did you mean {guess}?" if guess else "; --help lists all flags")


def _nearest(flag: str, known: Collection[str]) -> str | None:
    """The known flag that looks most like `flag`, ignoring case and the dashes before it, or None."""
    plain = {_plain(k): k for k in sorted(known)}
    close = difflib.get_close_matches(_plain(flag), plain, n=1)
    return plain[close[0]] if close else None


def _plain(flag: str) -> str:
    return flag.lstrip("-").lower().replace("-", "_")
