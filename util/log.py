"""What programs say: facts, notes, and a training's progress as status lines, JSON lines and TensorBoard curves."""

import contextlib
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from torch import Tensor

from util.files import replacing, to_json


def status(step: int, steps: int, losses: Mapping[str, float], steps_per_second: float) -> str:
    """'step    200/100000  total 0.8123  distill 0.7001  output 0.1122  3.1 it/s'; "total" first if there is one."""
    names = sorted(losses, key=lambda name: name != "total")  # stable: the rest keep their order
    terms = "".join(f"  {name} {losses[name]:.4f}" for name in names)
    return f"step {step:>{len(str(steps))}}/{steps}{terms}  {steps_per_second:.1f} it/s"


def append(path: Path, **record: object) -> None:
    """Add `record` to `path` as one line of strict JSON (what is not finite is null)."""
    with path.open("a") as file:
        file.write(to_json(record) + "\n")


def cut(path: Path, last_step: int, size: int | None = None) -> None:
    """Remove what a run wrote after its state, and will write again: the records that begin after `size` bytes.

    Args:
        last_step: the step of the state. Where `size` is not known, records of later steps are removed.

    Raises:
        ValueError: a line is no record.
    """
    if not path.exists():
        return
    lines = path.read_bytes()[:size].splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):  # cut short when the run was killed
        lines.pop()
    steps = [_step(path, number, line) for number, line in enumerate(lines, 1)]
    kept = [line for line, step in zip(lines, steps, strict=True) if size is not None or step <= last_step]
    with replacing(path) as partial:
        partial.write_bytes(b"".join(kept))


def _step(path: Path, number: int, line: bytes) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"line {number} of {path} is no record of a training, which has a step: {line[:60]!r}"
        ) from error


class Scalars:
    """TensorBoard curves and pictures; without a folder its methods do nothing.

    A training does not end because its curves cannot be written: the first error is a warning, and no more is written.

    Args:
        folder: of the event files, made if missing.
        done: steps that a resumed run has done, 0 for a new one; TensorBoard hides what came after them before.
    """

    def __init__(self, folder: Path | None, done: int = 0):
        self._writer, self._folder = None, folder
        if folder is not None:
            with self._warn_once():
                from torch.utils.tensorboard import SummaryWriter

                self._writer = SummaryWriter(str(folder), purge_step=done + 1)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        if self._writer is not None:
            with self._warn_once():
                for name, value in values.items():
                    self._writer.add_scalar(name, value, step)

    def image(self, step: int, name: str, picture: Tensor) -> None:
        """picture [3, H, W] in [-1, 1]."""
        if self._writer is not None:
            with self._warn_once():
                self._writer.add_image(name, ((picture.detach().float() + 1) / 2).clamp(0, 1), step)

    def close(self) -> None:
        if self._writer is not None:
            with self._warn_once():
                self._writer.close()

    @contextlib.contextmanager
    def _warn_once(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # of its own kinds, and whatever its thread met
            self._writer = None
            warnings.warn(f"no more curves for TensorBoard in {self._folder}: {error}", stacklevel=3)


def once(say: Callable[[str], object]) -> Callable[[str], None]:
    """A function that passes every line on to `say`, but none twice."""
    said: set[str] = set()

    def tell(line: str) -> None:
        if line not in said:
            said.add(line)
            say(line)

    return tell


def facts(values: Mapping[str, object], indent: str = "  ") -> str:
    """One line of text per entry; a nested mapping goes on one line, whole numbers get thousands separators."""
    width = max(map(len, values))
    return "\n".join(f"{indent}{name:<{width}}  {_fact(value)}" for name, value in values.items())


def _fact(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_fact(item)}" for name, item in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
