"""What programs say: facts, notes, and a training's progress as status lines, JSON lines and TensorBoard curves."""

import json
from collections.abc import Callable, Mapping
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


def cut(path: Path, last_step: int) -> None:
    """Remove the records after `last_step`; a run that resumes there writes them again."""
    if path.exists():
        kept = [line for line in path.read_text().splitlines(keepends=True) if _step(line) <= last_step]
        with replacing(path) as partial:
            partial.write_text("".join(kept))


def _step(line: str) -> float:
    try:
        return json.loads(line)["step"]
    except ValueError:  # cut short when the run was killed
        return float("inf")


class Scalars:
    """TensorBoard curves and pictures; without a folder its methods do nothing.

    Args:
        folder: of the event files, made if missing.
        done: steps that a resumed run has done, 0 for a new one; TensorBoard hides what came after them before.
    """

    def __init__(self, folder: Path | None, done: int = 0):
        self._writer = None
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder), purge_step=done + 1)

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step)

    def image(self, step: int, name: str, picture: Tensor) -> None:
        """picture [3, H, W] in [-1, 1]."""
        if self._writer is not None:
            self._writer.add_image(name, ((picture.detach().float() + 1) / 2).clamp(0, 1), step)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


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
