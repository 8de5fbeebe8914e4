"""The last training states of a run: state.pt, and before it state-1.pt, state-2.pt, ... Each carries a digest."""

import os
from pathlib import Path

from util import __version__, checkpoint, tensors

STATE = "state.pt"
FORMAT = 1
NEXT = "state-next.pt"


def save(folder: Path, state: dict, keep: int) -> None:
    """Make `state` the newest of `folder`, and keep the `keep` - 1 before it. A kill at any time loses none.

    Raises:
        OSError: it could not be written; all older states are as they were.
    """
    state = {"format": FORMAT, "version": __version__, **state}
    checkpoint.save(folder / NEXT, {**state, "digest": tensors.digest(state)})
    newest_first = [folder / STATE, *(_earlier(folder, number) for number in range(1, keep))]
    for older, newer in zip(newest_first[:0:-1], newest_first[-2::-1], strict=True):
        if newer.exists():
            _keep_as(older, newer)
    os.replace(folder / NEXT, folder / STATE)
    for path in found(folder)[keep:]:
        path.unlink(missing_ok=True)


def load(folder: Path) -> tuple[dict | None, list[str]]:
    """(the newest state that is whole, one line for each newer one that is damaged); (None, []) without any state.

    Raises:
        ValueError: every state is damaged, or a newer version of this program wrote it.
    """
    damaged = []
    for path in found(folder):
        try:
            state = checkpoint.load(path)
            _check_digest(path, state)
        except ValueError as error:
            damaged.append(str(error))
            continue
        checkpoint.check_format(state, FORMAT, "training state")
        return state, [f"{problem}; going on from {path.name} before it" for problem in damaged]
    if damaged:
        raise ValueError("; ".join(damaged))
    return None, []


def found(folder: Path) -> list[Path]:
    """The states in `folder`, the newest first."""
    earlier = {path.stem.removeprefix("state-"): path for path in folder.glob("state-*.pt")}
    numbers = sorted(int(number) for number in earlier if number.isdecimal())
    return [path for path in (folder / STATE, *(_earlier(folder, number) for number in numbers)) if path.is_file()]


def _earlier(folder: Path, number: int) -> Path:
    return folder / f"state-{number}.pt"


def _keep_as(older: Path, newer: Path) -> None:
    """`newer` under the name `older`, too, or where the file system has no links, instead."""
    older.unlink(missing_ok=True)
    try:
        os.link(newer, older)
    except OSError:
        os.replace(newer, older)


def _check_digest(path: Path, state: dict) -> None:
    """States of older versions carry no digest."""
    if "digest" in state:
        rest = {name: value for name, value in state.items() if name != "digest"}
        if state["digest"] != tensors.digest(rest):
            raise ValueError(f"{path} is damaged: its contents are not those that were saved")
