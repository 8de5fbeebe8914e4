"""The files of one training run, and the lock that keeps other processes away from them."""

import errno
from collections.abc import Iterable, Mapping
from pathlib import Path

from filelock import FileLock, Timeout
from torch import Tensor

from util import __version__, checkpoint, image, log
from util.files import prepare_folder

STATE = "state.pt"
FORMAT = 1  # of state.pt
LOG = "log.jsonl"
SAMPLES = "samples"
LOCK = ".lock"
LABELS = ("latest", "best")  # of weights; all other labels are numbers of epochs
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP)  # the file system has no locks: the run goes on without one


class RunFolder:
    """The folder of one run: its resumable state, weights, log and previews.

    Args:
        folder: made by `open`.
        settings: flags that must not change within a run, as plain values; recorded with the state.
        networks: names of the networks whose weights the run writes, as <label>_net_<network>.pth.
        defaults: flag -> its default, of all flags. A run that is older than a flag has done what the flag does by
            default. Flags that are not among the settings may change within a run, whatever the state recorded.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, object],
        networks: Iterable[str] = (),
        defaults: Mapping[str, object] | None = None,
    ):
        self.folder, self.settings, self.networks = folder, dict(settings), tuple(networks)
        self.defaults = dict(defaults or {})
        self._lock = FileLock(folder / LOCK)

    def open(self, resume: bool, restart: bool) -> dict | None:
        """The state to resume from, or None for a run that starts at step 0.

        No other process can open the folder until `close`, or until this object or this process is gone. Log lines that
        the run wrote after its state are removed. `restart` removes everything that the run wrote.

        Raises:
            BlockingIOError: another process has opened the folder.
            FileExistsError: the folder already holds a run, and neither `resume` nor `restart` was asked for.
            ValueError: the run to resume was started with other settings; the message names each.
            OSError: the folder cannot be written.
        """
        prepare_folder(self.folder)
        self._acquire_lock()
        if restart:
            for old in self._written():
                old.unlink(missing_ok=True)
        state = self._state(resume)
        log.cut(self.folder / LOG, state["step"] if state else 0)
        return state

    def close(self) -> None:
        """Let other processes open the folder."""
        self._lock.release(force=True)

    def save_state(self, step: int, **state: object) -> None:
        """Replace the state, whole or not at all."""
        header = {"format": FORMAT, "version": __version__, "settings": self.settings}
        checkpoint.save(self.folder / STATE, {**header, "step": step, **state})

    def save_weights(self, label: str, weights: Mapping[str, dict]) -> None:
        """Replace the weights of each network under `label`: "latest", "best" or the number of an epoch."""
        for network, state in weights.items():
            checkpoint.save(self.folder / f"{label}_net_{network}.pth", state)

    def save_preview(self, step: int, preview: Tensor) -> None:
        """Write `preview`, [3, H, W] in [-1, 1], as samples/<step>.png."""
        image.write_png(prepare_folder(self.folder / SAMPLES) / f"{step:07d}.png", image.to_uint8(preview))

    def log(self, step: int, **record: object) -> None:
        """Add one line to log.jsonl."""
        log.append(self.folder / LOG, step=step, **record)

    def _acquire_lock(self) -> None:
        # filelock closes the lock in forked children. Processes that read data outlive a killed run for some seconds,
        # and must not keep the folder locked.
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise BlockingIOError(f"another process is training in {self.folder}; take another --name") from None
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise

    def _state(self, resume: bool) -> dict | None:
        path = self.folder / STATE
        if not path.exists():
            return None
        if not resume:
            raise FileExistsError(
                f"{self.folder} already holds a training run: --continue_train goes on with it, another --name begins "
                "another, --restart discards it"
            )
        state = checkpoint.load(path)
        checkpoint.check_format(state, FORMAT, "training state")
        self._check(state)
        return state

    def _written(self) -> list[Path]:
        """The files that a run wrote here. Other files in the folder, such as a teacher, are not the run's."""
        found = [self.folder / STATE, self.folder / LOG, *(self.folder / SAMPLES).glob("[0-9]*.png")]
        for end in (f"_net_{network}.pth" for network in self.networks):
            labels = (path.name.removesuffix(end) for path in self.folder.glob(f"*{end}"))
            found += [self.folder / (label + end) for label in labels if label in LABELS or label.isdigit()]
        return found

    def _check(self, state: dict) -> None:
        recorded = state.get("settings", {})
        started = {**self.defaults, **recorded}
        # A setting that is neither recorded nor a flag, such as a fingerprint, cannot be compared.
        names = (self.settings.keys() & started.keys()) | (recorded.keys() - self.defaults.keys())
        differ = [
            f"{name}: started with {started[name]!r}, now {self.settings.get(name)!r}"
            for name in sorted(names)
            if started[name] != self.settings.get(name)
        ]
        if differ:
            raise ValueError(f"{self.folder} cannot be continued with other settings:\n  " + "\n  ".join(differ))
