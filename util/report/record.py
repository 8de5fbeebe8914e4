"""What a run of test.py leaves in its folder, and metrics.json, its figures."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from util import __version__
from util.files import replacing, to_json

REQUIRED = {
    "quality": (),
    "baselines": (),
    "cost": ("macs", "saving", "params"),
    "latency_ms": ("teacher", "reference", "skipped"),
    "frames": ("total", "reference", "skipped"),
    "options": (),
    "machine": (),
}
RESULTS = (  # what a run writes below its folder
    *("metrics.json", "frames.csv", "index.html", "options.yaml"),
    *("*.mp4", "inside/*.mp4", "images/*/*.png"),
)


def remove_results(folder: Path) -> None:
    """Remove what an earlier run wrote into `folder`; other files stay, and folders that hold some."""
    for path in [path for pattern in RESULTS for path in folder.glob(pattern) if path.is_file()]:
        path.unlink()
    for emptied in (folder / "inside", *folder.glob("images/*"), folder / "images"):
        with contextlib.suppress(OSError):  # not there, or not empty
            emptied.rmdir()


def write_run(folder: Path, record: Mapping[str, Mapping]) -> Path:
    """The path of metrics.json, written as strict JSON: what is not finite becomes null.

    Args:
        folder: an existing folder.
        record: at least the keys of REQUIRED; further ones ("peak_memory_mb", "checkpoints", ...) are kept. The
            version of this program is added as "version".

    Raises:
        ValueError: keys are missing; the message names all of them.
    """
    missing = [key for key in REQUIRED if key not in record]
    missing += [f"{key}.{k}" for key, inner in REQUIRED.items() for k in inner if k not in record.get(key, inner)]
    if missing:
        raise ValueError(f"a run's record lacks {', '.join(missing)}")
    path = folder / "metrics.json"
    with replacing(path) as partial:
        partial.write_text(to_json({"version": __version__, **record}, indent=2) + "\n")
    return path
