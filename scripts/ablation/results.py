"""What the rows of the ablation were found to reach, kept on disk row by row."""

import json
from collections.abc import Mapping
from pathlib import Path

from scripts.ablation.table import markdown
from util.files import replacing, to_json


class Results:
    """The finished rows in a JSON file, with a table of them beside it; both are written anew with each row.

    Args:
        path: the JSON file; if it exists, its rows count as done.
        settings: plain values that every row is made with; those the file does not know yet are added to it.

    Raises:
        ValueError: the file is of other settings, or no such file at all; the message says what differs.
    """

    def __init__(self, path: Path, settings: Mapping[str, object]):
        self._path = path
        self.record = {"settings": json.loads(to_json(settings)), "rows": []}
        self._refresh()

    def done(self, task: str, row: str, seed: int | None) -> bool:
        """Whether this row is finished; the baselines have no seed."""
        return any((one["task"], one["row"], one["seed"]) == (task, row, seed) for one in self.record["rows"])

    def add(self, task: str, row: str, seed: int | None, **measured: object) -> None:
        """Keep one finished row, beside those that another program has added to the file meanwhile."""
        self._refresh()
        self.record["rows"].append({"task": task, "row": row, "seed": seed, **measured})
        self.write()

    def write(self) -> None:
        """Write both files."""
        for path, text in (
            (self._path, to_json(self.record, indent=2) + "\n"),
            (self._path.with_suffix(".md"), markdown(self.record)),
        ):
            with replacing(path) as partial:
                partial.write_text(text, encoding="utf-8")

    def _refresh(self) -> None:
        if self._path.is_file():
            self.record = _read(self._path, self.record["settings"])


def _read(path: Path, settings: dict) -> dict:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = {"settings": dict(record["settings"]), "rows": list(record["rows"])}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds no results of an ablation ({error!r}); name another file by --out") from error
    old = found["settings"]
    changed = [name for name in settings if name in old and old[name] != settings[name]]
    if differing := [f"{name}: {old[name]!r} there, {settings[name]!r} now" for name in changed]:
        raise ValueError(f"{path} was made with other settings ({'; '.join(differing)}); name another file by --out")
    return {**found, "settings": {**old, **settings}}
