"""The signals that stop a program: it finishes what it is at, and ends."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP)  # SIGUSR1: a scheduler's warning


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """A list that the first of STOP_SIGNALS fills. The second one ends the process at once, as usual.

    A signal that is ignored, as SIGHUP under nohup, stays so, but for SIGINT, which all background jobs ignore.
    """
    received: list[int] = []
    old = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    heard = [number for number in STOP_SIGNALS if number == signal.SIGINT or old[number] != signal.SIG_IGN]

    def note(number: int, _frame: object) -> None:
        received.append(number)
        for one in heard:
            signal.signal(one, signal.default_int_handler if one == signal.SIGINT else signal.SIG_DFL)

    for number in heard:
        signal.signal(number, note)
    try:
        yield received
    finally:
        for number in heard:
            signal.signal(number, old[number])
