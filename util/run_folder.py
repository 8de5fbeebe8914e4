"""A training run on disk: where it stands, and whether it may go on."""

from collections.abc import Mapping
from pathlib import Path

from util import checkpoint
from util.files import prepare_folder

STATE = "state.pt"
LOG = "log.jsonl"


class RunFolder:
    """The resumable state of one run, <folder>/state.pt.

    Args:
        folder: made when the run begins.
        settings: flags that must not change within a run, as plain values; recorded with the state.
    """

    def __init__(self, folder: Path, settings: Mapping[str, object]):
        self.folder, self.settings = folder, dict(settings)

    def begin(self, resume: bool, restart: bool) -> dict | None:
        """The state to go on from, or None for a run that starts at step 0.

        Raises:
            FileExistsError: the folder already holds a run and neither resuming nor restarting was asked for.
            ValueError: the run to resume was started with other settings; the message names each.
            OSError: the folder cannot be written.
        """
        prepare_folder(self.folder)
        path = self.folder / STATE
        if restart:
            for old in (path, self.folder / LOG):
                old.unlink(missing_ok=True)
        if not path.exists():
            return None
        if not resume:
            raise FileExistsError(
                f"{self.folder} already holds a training run: --continue_train goes on with it, another --name begins "
                "another, --restart discards it"
            )
        state = checkpoint.load(path)
        self._check(state)
        return state

    def save(self, **state: object) -> None:
        """Replace state.pt, whole or not at all."""
        checkpoint.save(self.folder / STATE, {"settings": self.settings, **state})

    def _check(self, state: dict) -> None:
        saved = state.get("settings", {})
        names = sorted(saved.keys() | self.settings.keys())
        differ = [
            f"{name}: started with {saved.get(name)!r}, now {self.settings.get(name)!r}"
            for name in names
            if saved.get(name) != self.settings.get(name)
        ]
        if differ:
            raise ValueError(f"{self.folder} cannot be continued with other settings:\n  " + "\n  ".join(differ))
