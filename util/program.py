"""How a program ends."""

import sys
from collections.abc import Callable

INTERRUPTED = 130  # the exit status a shell gives a program that Ctrl-C ended
USER_ERRORS = (ValueError, OSError, FloatingPointError)


def finish(name: str, program: Callable[[], int]) -> None:
    """Run `program` and exit with its status; an error that a user can mend becomes one message and status 1."""
    try:
        sys.exit(program())
    except USER_ERRORS as error:
        sys.exit(f"{name}: error: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
