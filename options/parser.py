"""How a flag is declared, with all that is known of it. Reading a value never stops at the first mistake."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Wrong:
    """Stands for a value that could not be read, until all problems are told together."""

    text: str
    allowed: str


@dataclass(frozen=True)
class Kind:
    """What a flag's value may be: `read` makes it from text or raises ValueError, `allowed` says it in words.

    is_path: it names a file or folder; where it is typed, it is meant from the caller's folder.
    must_be: what has to lie there, a key of THERE; None: nothing has to.
    hint: ends the message that says it is not there.
    may_change: the value may differ between the parts of a resumed run.
    """

    read: Callable[[str], object]
    allowed: str
    metavar: str
    is_path: bool = False
    must_be: str | None = None
    hint: str = ""
    may_change: bool = False

    def __call__(self, text: str) -> object:
        try:
            return self.read(text)
        except ValueError:
            return Wrong(text, self.allowed)


TEXT = Kind(str, "text", "TEXT")
PATH = Kind(str, "a path", "PATH", is_path=True)
THERE = {"file": Path.is_file, "file or folder": Path.exists}


def existing(must_be: str, hint: str = "") -> Kind:
    """A path at which there is what `must_be` says, a key of THERE."""
    return replace(PATH, must_be=must_be, hint=hint)


MOST = 10**9  # of a number that neither memory nor the method limits


def int_range(low: int, high: int = MOST) -> Kind:
    """A whole number in [low, high]."""
    return Kind(_bounded(int, low, high), f"a whole number {_bounds(low, high)}", "N")


def int_or(word: str, low: int, high: int = MOST) -> Kind:
    """A whole number in [low, high], or `word`."""
    number = int_range(low, high)
    return replace(
        number, read=lambda text: text if text == word else number.read(text), allowed=f"{number.allowed}, or {word}"
    )


def float_range(low: float, high: float = MOST) -> Kind:
    """A finite number in [low, high]."""
    return Kind(_bounded(float, low, high), f"a number {_bounds(low, high)}", "X")


def choice(names: Iterable[str]) -> Kind:
    """One of `names`, in the order given."""
    names = tuple(names)
    return matching(lambda text: text in names, "one of " + ", ".join(names), "{" + ",".join(names) + "}")


def several(names: Iterable[str], *alone: str) -> Kind:
    """Some of `names`, separated by commas, or one of `alone` by itself; text, so that a file can hold it."""
    names = tuple(names)
    allowed = [*(f"{one} or" for one in alone), "some of", ", ".join(names), "separated by commas"]
    return matching(lambda text: text in alone or set(text.split(",")) <= set(names), " ".join(allowed), "NAME,...")


def matching(accepts: Callable[[str], object], allowed: str, metavar: str) -> Kind:
    """Text that `accepts` finds true."""

    def read(text: str) -> str:
        if not accepts(text):
            raise ValueError(text)
        return text

    return Kind(read, allowed, metavar)


class Parser(argparse.ArgumentParser):
    """Knows what was declared with each flag.

    words: the name under which words that belong to no flag are kept, in their order; None: there must be none.
    """

    words: str | None = None

    def take_words(self, name: str) -> None:
        """Keep words that belong to no flag, as a tuple of this name."""
        self.words = name
        self.set_defaults(**{name: ()})

    def paths(self) -> set[str]:
        """The names of flags whose value is a path."""
        return {name for name, kind in self._kinds().items() if kind.is_path}

    def may_change(self) -> set[str]:
        """The names of flags that may differ between the parts of a resumed run.

        A path always may: what lies there counts, and that is checked where it matters.
        """
        return self.paths() | {name for name, kind in self._kinds().items() if kind.may_change}

    def missing(self, values: Mapping[str, object]) -> list[str]:
        """One sentence for each value, by the flag's name, that is a path at which there is not what has to be."""
        return [
            f"--{name} {path}: no such {kind.must_be}" + (f"; {kind.hint}" if kind.hint else "")
            for name, kind in self._kinds().items()
            if kind.must_be and isinstance(path := values[name], str | Path) and not THERE[kind.must_be](Path(path))
        ]

    def _kinds(self) -> dict[str, Kind]:
        """The kinds of flags that `value` declared, by the flag's name."""
        return {action.dest: action.type for action in self._actions if isinstance(action.type, Kind)}


def add_option(
    group: argparse._ArgumentGroup,
    flag: str,
    kind: Kind,
    default: object,
    text: str,
    may_change: bool = False,
    short: str | None = None,
) -> None:
    """Declare `flag` with one value; a default of None is explained by `text` itself.

    Args:
        may_change: between the parts of a resumed run: how long, how often, how fast, from where.
        short: another spelling, such as "-o".
    """
    names = [short, flag] if short else [flag]
    shown = text if default is None else f"{text} (default {default})"
    kind = replace(kind, may_change=may_change)
    group.add_argument(*names, type=kind, default=default, metavar=kind.metavar, help=shown)


def several_words(group: argparse._ArgumentGroup, flag: str, kind: Kind, default: object, text: str) -> None:
    """Declare `flag` whose value is text with commas, but may be typed as several words: A,B or A B."""

    class Joined(argparse.Action):
        def __call__(self, parser, namespace, words, option_string=None):
            setattr(namespace, self.dest, kind(",".join(" ".join(words).replace(",", " ").split())))

    shown = text if default is None else f"{text} (default {default})"
    group.add_argument(flag, action=Joined, nargs="+", default=default, metavar=kind.metavar, help=shown)


def switch(group: argparse._ArgumentGroup, flag: str, default: bool, text: str) -> None:
    """Declare `--x / --no-x`."""
    action = group.add_argument(flag, action=argparse.BooleanOptionalAction, default=default)
    action.help = f"{text} (default {'on' if default else 'off'})"


def _bounded(convert: type, low: float, high: float) -> Callable[[str], object]:
    def read(text: str) -> object:
        got = convert(text)
        if not low <= got <= high:  # NaN fails, too
            raise ValueError(text)
        return got

    return read


def _bounds(low: float, high: float) -> str:
    return "between {} and {}".format(*(f"{x:,}" if isinstance(x, int) else f"{x:g}" for x in (low, high)))
