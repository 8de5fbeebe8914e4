"""How long a training lasts, and what is due after which step."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """How long to train, and how often to report and save. Steps and epochs are counted from 1.

    niter, niter_decay: epochs at the full learning rate, and epochs after those, in which it falls.
    print_freq, display_freq, save_latest_freq: in samples. save_epoch_freq: in epochs.
    """

    niter: int
    niter_decay: int
    steps_per_epoch: int
    batch_size: int
    print_freq: int
    display_freq: int
    save_latest_freq: int
    save_epoch_freq: int

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return (self.niter + self.niter_decay) * self.steps_per_epoch

    def due(self, step: int, samples: int) -> bool:
        """Whether `step` reached or passed a multiple of `samples`, or is the last one."""
        return step * self.batch_size // samples > (step - 1) * self.batch_size // samples or step == self.steps

    def due_after(self, step: int, losses: Mapping[str, float]) -> dict[str, object]:
        """What is due after a step that had these losses, but for its preview: name -> what it needs."""
        due = {}
        if self.due(step, self.print_freq):
            due["losses"] = dict(losses)
        if self.due(step, self.save_latest_freq):
            due |= {"latest": None, "validation": None}
        epoch, rest = divmod(step, self.steps_per_epoch)
        if rest == 0 and epoch % self.save_epoch_freq == 0:
            due["epoch"] = epoch
        return due
