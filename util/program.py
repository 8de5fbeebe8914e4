"""How a program ends, and how it answers an interrupt (Ctrl-C)."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

INTERRUPTED = 130  # the exit status a shell gives a program that Ctrl-C ended
USER_ERRORS = (ValueError, OSError, FloatingPointError)


def finish(name: str, program: Callable[[], int]) -> None:
    """Run `program` and exit with its status; an error that the user can fix becomes one message and status 1."""
    try:
        sys.exit(program())
    except USER_ERRORS as error:
        sys.exit(f"{name}: error: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@contextmanager
def first_interrupt() -> Iterator[list[int]]:
    """A list that the first interrupt fills. The second interrupt raises KeyboardInterrupt, as usual."""
    received: list[int] = []

    def note(number: int, _frame: object) -> None:
        received.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    old = signal.signal(signal.SIGINT, note)
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, old)
