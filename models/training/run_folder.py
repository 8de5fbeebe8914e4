"""A training run on disk: where it stands, whether it may go on, and that nobody else is at it."""

import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from util import __version__, checkpoint, log
from util.files import prepare_folder

STATE = "state.pt"
FORMAT = 1  # of state.pt
LOG = "log.jsonl"
SAMPLES = "samples"
LOCK = ".lock"
LABELS = ("latest", "best")  # of weights; the others are epochs


class RunFolder:
    """The resumable state of one run, <folder>/state.pt, and the names of all it writes.

    Args:
        folder: made when the run begins.
        settings: flags that must not change within a run, as plain values; recorded with the state.
        networks: names of the networks whose weights the run writes beside the state.
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
        self._lock_file: int | None = None

    def begin(self, resume: bool, restart: bool) -> dict | None:
        """The state to go on from, or None for a run that starts at step 0.

        From now on no other process can begin here, until `close` or the end of this one, however it comes. Records
        that the run wrote after its state are dropped, with `restart` everything that it wrote.

        Raises:
            BlockingIOError: another process has begun here.
            FileExistsError: the folder already holds a run and neither resuming nor restarting was asked for.
            ValueError: the run to resume was started with other settings; the message names each.
            OSError: the folder cannot be written.
        """
        prepare_folder(self.folder)
        self._lock()
        if restart:
            for old in self._written():
                old.unlink(missing_ok=True)
        state = self._state(resume)
        log.cut(self.folder / LOG, state["step"] if state else 0)
        return state

    def save(self, step: int, **state: object) -> None:
        """Replace state.pt, whole or not at all."""
        header = {"format": FORMAT, "version": __version__, "settings": self.settings}
        checkpoint.save(self.folder / STATE, {**header, "step": step, **state})

    def close(self) -> None:
        """Let other processes begin here."""
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def _lock(self) -> None:
        # Not flock: the processes that read data would hold that too, and they outlive a killed run for some seconds.
        self._lock_file = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.lockf(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            self.close()
            raise BlockingIOError(f"another process is training in {self.folder}; take another --name") from error
        except OSError:
            self.close()  # a file system without locks

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
        """What a run has written here; other files that lie in the folder, a teacher for one, are not its own."""
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
