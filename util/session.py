"""What happens between the steps of a training run: records, pictures, validation, checkpoints."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from torch import Tensor
from tqdm import tqdm

from util import image, log
from util.files import prepare_folder
from util.fit import Hooks
from util.run_folder import LOG, RunFolder


class Run(Protocol):
    """What is trained, as far as a session looks at it."""

    trainer: object
    take: Callable[[dict], tuple]
    picture: Callable[[dict], Tensor]
    export: Callable[[str], None]
    validate: Callable[[], dict[str, float]]


class Session:
    """Gives the training loop its hooks and remembers what a resumed run has to know.

    Args:
        run: trainer, pictures, weights and validation.
        folder: where the run lies on disk.
        state: what `folder.begin` returned; the trainer is put there.
        board: TensorBoard records.
    """

    def __init__(self, run: Run, folder: RunFolder, state: dict | None, board: log.Scalars):
        self.run, self.folder, self.board = run, folder, board
        self.start, self.best = 0, float("-inf")
        self.unreadable: set[str] = set()
        if state:
            run.trainer.load_state_dict(state["trainer"])
            self.start, self.best = state["step"], state["best"]

    def hooks(self) -> Hooks:
        return Hooks(self.take, self.losses, self.picture, self.save, self.keep, lambda e: self.run.export(str(e)))

    def take(self, batch: dict) -> tuple:
        """The trainer's arguments; frames that could not be read are named once."""
        for path in set(batch["skipped"]) - self.unreadable:
            tqdm.write(f"skipped unreadable frame {path}")
        self.unreadable.update(batch["skipped"])
        return self.run.take(batch)

    def losses(self, step: int, losses: dict[str, float]) -> None:
        self.board.scalars(step, losses)
        log.append(self._path(LOG), step=step, **losses)

    def picture(self, step: int, batch: dict) -> None:
        picture = self.run.picture(batch)
        self.board.image(step, "samples", picture)
        image.write_png(prepare_folder(self._path("samples")) / f"{step:07d}.png", image.to_uint8(picture))

    def save(self, step: int) -> None:
        """Validate, then write the weights (as best too, if they are) and the resumable state."""
        figures = self.run.validate()
        self.run.export("latest")
        if figures.get("best", float("-inf")) > self.best:
            self.best = figures["best"]
            self.run.export("best")
        self.keep(step)
        if figures:
            self.board.scalars(step, {f"val/{name}": value for name, value in figures.items()})
            log.append(self._path(LOG), step=step, validation=figures)
            tqdm.write(f"step {step}: " + "  ".join(f"{name} {value:.4f}" for name, value in figures.items()))

    def keep(self, step: int) -> None:
        """Write the resumable state alone."""
        self.folder.save(step=step, best=self.best, trainer=self.run.trainer.state_dict())

    def _path(self, name: str) -> Path:
        return self.folder.folder / name
