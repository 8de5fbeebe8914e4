"""How long a training lasts, and what is due after which step."""

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
