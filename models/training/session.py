"""What happens between the steps of a training run: records, pictures, validation, checkpoints."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from torch import Tensor
from tqdm import tqdm

from models.training.fit import Hooks
from models.training.run_folder import LOG, SAMPLES, RunFolder
from util import image, log
from util.files import prepare_folder


class Run(Protocol):
    """What is trained, as far as a session looks at it."""

    trainer: object
    take: Callable[[dict], tuple]
    picture: Callable[[dict], Tensor]
    export: Callable[[str], None]
    validate: Callable[[], tuple[dict[str, float], list[str]]]


class Session:
    """Gives the training loop its hooks and remembers what a resumed run has to know.

    Args:
        run: trainer, pictures, weights and validation.
        folder: where the run lies on disk.
        state: what `folder.begin` returned; the trainer is put there.
        board: TensorBoard records.
        steps: how many the whole run has, for the status line.
    """

    def __init__(self, run: Run, folder: RunFolder, state: dict | None, board: log.Scalars, steps: int):
        self.run, self.folder, self.board, self.steps = run, folder, board, steps
        self.best, start = float("-inf"), 0
        self.unreadable: set[str] = set()
        self._told: set[str] = set()
        if state:
            run.trainer.load_state_dict(state["trainer"])
            self.best, start = state["best"], state["step"]
        self._last_status = start, time.monotonic()

    def hooks(self) -> Hooks:
        return Hooks(
            take=self.take,
            losses=self.losses,
            picture=self.picture,
            save=self.save,
            keep=self.keep,
            stop=self.write,
            epoch=lambda epoch: self.run.export(str(epoch)),
        )

    def take(self, batch: dict) -> tuple:
        """The trainer's arguments; frames that could not be read are named once."""
        self._tell_once(f"skipped unreadable frame {path}" for path in batch["skipped"])
        self.unreadable.update(batch["skipped"])
        return self.run.take(batch)

    def losses(self, step: int, losses: dict[str, float]) -> None:
        self.board.scalars(step, losses)
        log.append(self._path(LOG), step=step, **losses)
        (last, then), now = self._last_status, time.monotonic()
        tqdm.write(log.status(step, self.steps, losses, (step - last) / max(now - then, 1e-9)))
        self._last_status = step, now

    def picture(self, step: int, batch: dict) -> None:
        picture = self.run.picture(batch)
        self.board.image(step, "samples", picture)
        image.write_png(prepare_folder(self._path(SAMPLES)) / f"{step:07d}.png", image.to_uint8(picture))

    def save(self, step: int) -> None:
        """Write weights and state; then validate, and write the weights as best too if they are."""
        self.write(step)
        figures, left_out = self.run.validate()
        self._tell_once(left_out)
        if figures.get("best", float("-inf")) > self.best:
            self.best = figures["best"]
            self.run.export("best")
            self.keep(step)
        if figures:
            self.board.scalars(step, {f"val/{name}": value for name, value in figures.items()})
            log.append(self._path(LOG), step=step, validation=figures, clips_left_out=len(left_out))
            shown = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
            tqdm.write(f"step {step}: {shown}" + (f"  ({len(left_out)} clips left out)" if left_out else ""))

    def write(self, step: int) -> None:
        """Write the weights as latest, and the resumable state."""
        self.run.export("latest")
        self.keep(step)

    def keep(self, step: int) -> None:
        """Write the resumable state alone."""
        self.folder.save(step=step, best=self.best, trainer=self.run.trainer.state_dict())

    def _tell_once(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line not in self._told:
                tqdm.write(line)
                self._told.add(line)

    def _path(self, name: str) -> Path:
        return self.folder.folder / name
