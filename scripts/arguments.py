"""Types of arguments that several programs in scripts/ take."""

import argparse


def above_zero(text: str) -> float:
    """The type of an argument that is a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, got {text!r}")
    return value


def at_least(smallest: int):
    """The type of a flag that takes whole numbers from `smallest` on."""

    def parsed(text: str) -> int:
        if not text.isdecimal() or int(text) < smallest:
            raise argparse.ArgumentTypeError(f"must be a whole number of at least {smallest}, got {text!r}")
        return int(text)

    return parsed
