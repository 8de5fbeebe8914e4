"""The files of one training run, and the lock that keeps other processes away from them."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from filelock import FileLock
from torch import Tensor

from models.training import states
from models.training.finite import UNTOUCHED
from util import checkpoint, image, log, tensors
from util.files import lock_folder, prepare_folder, remove_partials

LOG = "log.jsonl"
SAMPLES = "samples"
LABELS = ("latest", "best")  # of weights; all other labels are numbers of epochs
KEPT_STATES = 3
WAYS = "--continue_train goes on with it, another --name begins another, --restart discards it"
NO_STATE = "--init_from and another --name begin a run with the weights of another one, --restart discards these"


class RunFolder:
    """The folder of one run: its resumable states, weights, log and previews.

    Attributes:
        notes: what `open` found that the user has to know, one line each.

    Args:
        folder: made by `open`.
        settings: flags that must not change within a run, as plain values; recorded with the state.
        networks: names of the networks whose weights the run writes, as <label>_net_<network>.pth.
        defaults: flag -> its default, of all flags. A run that is older than a flag has done what the flag does by
            default. Flags that are not among the settings may change within a run, whatever the state recorded.
        keep_states: number of states to keep, at least 1.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, object],
        networks: Iterable[str] = (),
        defaults: Mapping[str, object] | None = None,
        keep_states: int = KEPT_STATES,
    ):
        self.folder, self.settings, self.networks = folder, dict(settings), tuple(networks)
        self.defaults, self.keep_states = dict(defaults or {}), keep_states
        self.notes: list[str] = []
        self._lock: FileLock | None = None

    def open(self, resume: bool, restart: bool, override: Collection[str] = ()) -> dict | None:
        """The state to resume from, or None for a run that starts at step 0.

        No other process can open the folder until `close`, or until this object or this process is gone. Log lines that
        the run wrote after its state are removed. `restart` removes everything that the run wrote.

        Args:
            override: settings that may differ from those the run was started with.

        Raises:
            BlockingIOError: another process has opened the folder.
            FileExistsError: the folder already holds a run, and neither `resume` nor `restart` was asked for; or it
                holds weights of these networks without a state to resume from.
            ValueError: the run to resume was started with other settings; the message names each. Its states or its
                log are damaged, or of another kind.
            OSError: the folder cannot be written.
        """
        prepare_folder(self.folder)
        self._lock = lock_folder(self.folder, f"another process is training in {self.folder}; take another --name")
        for folder in (self.folder, self.folder / SAMPLES):
            remove_partials(folder)
        if restart:
            for old in self._written():
                old.unlink(missing_ok=True)
        elif not resume and (found := self._existing()):
            raise FileExistsError(f"{self.folder} already holds a training run ({found[0].name}): {WAYS}")
        state, self.notes = states.load(self.folder)
        if state is None and (weights := self._weights()):
            raise FileExistsError(f"{self.folder} holds {weights[0].name} but no state to go on from: {NO_STATE}")
        if state is not None:
            self._check(state, override)
        log.cut(self.folder / LOG, state["step"] if state else 0, state.get("log_bytes") if state else 0)
        return state

    def close(self) -> None:
        """Let other processes open the folder."""
        if self._lock is not None:
            self._lock.release(force=True)

    def save_state(self, step: int, **state: object) -> None:
        """Make this the newest state; `keep_states` - 1 earlier ones stay.

        Raises:
            FloatingPointError: a tensor is not finite. Nothing was written.
            OSError: it could not be written; all older states are as they were.
        """
        _refuse_not_finite(state, step)
        path = self.folder / LOG
        written = {"log_bytes": path.stat().st_size if path.exists() else 0}
        states.save(self.folder, {"settings": self.settings, "step": step, **written, **state}, self.keep_states)

    def save_weights(self, label: str, weights: Mapping[str, dict]) -> None:
        """Replace the weights of each network under `label`: "latest", "best" or the number of an epoch.

        Raises:
            FloatingPointError: a weight is not finite. Nothing was written.
        """
        _refuse_not_finite(weights)
        for network, state in weights.items():
            checkpoint.save(self.folder / f"{label}_net_{network}.pth", state)

    def save_preview(self, step: int, preview: Tensor) -> None:
        """Write `preview`, [3, H, W] in [-1, 1], as samples/<step>.png."""
        image.write_png(prepare_folder(self.folder / SAMPLES) / f"{step:07d}.png", image.to_uint8(preview))

    def log(self, step: int, **record: object) -> None:
        """Add one line to log.jsonl."""
        log.append(self.folder / LOG, step=step, **record)

    def _existing(self) -> list[Path]:
        """What makes the folder a run that must not be overwritten: states, log, and weights of any network."""
        weights = sorted(self.folder.glob("*_net_*.pth"))
        return [*states.found(self.folder), *weights, *self.folder.glob(LOG)]

    def _weights(self) -> list[Path]:
        """The weights that this run would overwrite."""
        found = []
        for end in (f"_net_{network}.pth" for network in self.networks):
            labels = (path.name.removesuffix(end) for path in sorted(self.folder.glob(f"*{end}")))
            found += [self.folder / (label + end) for label in labels if label in LABELS or label.isdigit()]
        return found

    def _written(self) -> list[Path]:
        """The files that a run wrote here. Other files in the folder, such as a teacher, are not the run's."""
        previews = (self.folder / SAMPLES).glob("[0-9]*.png")
        return [*states.found(self.folder), self.folder / LOG, *previews, *self._weights()]

    def _check(self, state: dict, override: Collection[str]) -> None:
        recorded, step = state.get("settings", {}), state.get("step")
        if not isinstance(recorded, dict) or not isinstance(step, int) or step < 0:
            raise ValueError(f"{self.folder / states.STATE} is no training state: it lacks settings or a step")
        started = {**self.defaults, **recorded}
        # A setting that is neither recorded nor a flag, such as a fingerprint, cannot be compared.
        names = (self.settings.keys() & started.keys()) | (recorded.keys() - self.defaults.keys())
        differ = [
            f"{name}: started with {started[name]!r}, now {self.settings.get(name)!r}"
            for name in sorted(names - set(override))
            if started[name] != self.settings.get(name)
        ]
        if differ:
            refused = f"{self.folder} cannot be continued, but for flags that --override names, with other settings"
            raise ValueError(f"{refused}:\n  " + "\n  ".join(differ))


def _refuse_not_finite(state: Mapping[str, object], step: int | None = None) -> None:
    if bad := tensors.not_finite(state):
        when = "" if step is None else f" after step {step}"
        raise FloatingPointError(f"not finite{when}: {checkpoint.grouped(bad)}; {UNTOUCHED}")
