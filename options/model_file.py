"""model.yaml, the description that a model carries: where its weights are, and the flags that they need.

A line is `flag: value`. A path is meant from the folder of the file. The file of the Shortcut and that of its refresh
follow from `which_epoch`; what the block looks like stands in its checkpoint alone.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from options.flags.teachers import FAMILY_FLAGS, FAMILY_PATHS, family_named
from util.files import replacing

FILE = "model.yaml"
OPTIONS = "options.yaml"
PATHS = frozenset({"main_G_path", "landmarks_path"}) | FAMILY_PATHS
TEACHER = frozenset({"teacher", "main_G_path", "landmarks_path"}) | FAMILY_FLAGS
RUNNING = frozenset(
    {"which_epoch", "refresh", "refresh_threshold", "max_interval", "hold", "eye_distance", "padding"}
)  # how it is run, which a training does not ask
PUBLISHED = "published:"
PUBLISHED_TASKS = {"v2c": ("v2c_teacher", "G_A"), "v2l": ("v2l_teacher", "G_A"), "l2v": ("v2l_teacher", "G_B")}

Values = dict[str, object]


def folder_of(name: str, checkpoints: Path, typed: Path) -> Path:
    """The folder of the model of this name.

    Args:
        name: a run or demo in `checkpoints`, published:TASK, or a folder.
        typed: `name` as a path, as the caller meant it.

    Raises:
        ValueError: there is no such model; the message lists those that are there.
    """
    if name.startswith(PUBLISHED):
        return checkpoints / f"ShortcutV2V_unsup_{_task(name)}"
    found = [folder for folder in (checkpoints / name, typed) if folder.is_dir()]
    if not found:
        known = f"{checkpoints} has {', '.join(_runs(checkpoints)) or 'none'}"
        others = f"a folder, or {PUBLISHED}TASK ({', '.join(PUBLISHED_TASKS)})"
        raise ValueError(f"--model {name}: no such model; {known}; or give {others}")
    return found[0]


def known_models(checkpoints: Path) -> list[str]:
    """The names of the models in `checkpoints` that `describe_model` can describe, the published ones last."""
    runs = [run for run in _runs(checkpoints) if any((checkpoints / run / file).is_file() for file in (FILE, OPTIONS))]
    names = {name: checkpoints / f"ShortcutV2V_unsup_{name}" for name in PUBLISHED_TASKS}
    return [*runs, *(PUBLISHED + name for name, folder in names.items() if folder.name in _runs(checkpoints))]


def _runs(checkpoints: Path) -> list[str]:
    """The folders that hold the weights of a Shortcut, in order of their names."""
    return sorted({path.parent.name for path in checkpoints.glob("*/*_net_ShortcutV2V.pth")})


def describe_model(name: str, folder: Path, checkpoints: Path) -> Values:
    """The flags of the model in `folder`: from its model.yaml, else from the options.yaml of its training.

    Raises:
        ValueError: see `read`; or the folder has neither file.
    """
    if name.startswith(PUBLISHED):
        teacher, network = PUBLISHED_TASKS[_task(name)]
        weights = checkpoints / teacher / f"latest_net_{network}.pth"
        return {"teacher": "recycle_gan", "main_G_path": str(weights), "skip_idx_start": 5, "skip_idx_end": 17}
    if (folder / FILE).is_file():
        return read(folder / FILE)
    if (folder / OPTIONS).is_file():
        return _of_training(folder / OPTIONS)
    raise ValueError(f"--model {name}: {folder} has neither {FILE} nor {OPTIONS}, so nothing names its teacher")


def read(path: Path) -> Values:
    """name of a flag -> value, as they stand in the file; paths as seen from the current folder.

    Raises:
        ValueError: the file cannot be read, holds something else, or contradicts the options.yaml beside it.
    """
    values = _load(path)
    if unknown := sorted(values.keys() - TEACHER - RUNNING):
        known = ", ".join(sorted(TEACHER | RUNNING))
        raise ValueError(f"{path} has flags that no model has: {', '.join(unknown)}; a model may have {known}")
    for name in PATHS & values.keys():
        values[name] = os.path.join(path.parent, str(values[name]))
    training = path.with_name(OPTIONS)
    if training.is_file():
        _refuse_differences(path, values, training, _of_training(training))
    return values


def write(path: Path, values: Mapping[str, object], movable: Path, running: Mapping[str, object] | None = None) -> None:
    """Write model.yaml, whole or not at all: those flags of a training that its teacher has.

    Args:
        running: how it is run, values of RUNNING.
        movable: files in this folder are named as seen from model.yaml, since they move with it, all others in full.
    """
    own = {flag.name for flag in family_named(str(values["teacher"])).flags} | TEACHER - FAMILY_FLAGS
    kept: Values = {name: values[name] for name in values if name in own and values[name] is not None}
    for name in PATHS & kept.keys():
        kept[name] = _portable(Path(str(kept[name])).resolve(), path.parent.resolve(), movable.resolve())
    with replacing(path) as partial:
        partial.write_text(
            yaml.safe_dump({**kept, **(running or {}), "which_epoch": "latest"}, sort_keys=False, width=float("inf"))
        )


def _portable(file: Path, folder: Path, movable: Path) -> str:
    return os.path.relpath(file, folder) if file.is_relative_to(movable) else str(file)


def _task(name: str) -> str:
    task = name.removeprefix(PUBLISHED)
    if task not in PUBLISHED_TASKS:
        raise ValueError(f"--model {name}: the published tasks are {', '.join(PUBLISHED_TASKS)}")
    return task


def _of_training(path: Path) -> Values:
    """The teacher's flags in the options.yaml of a training."""
    return {name: value for name, value in _load(path).items() if name in TEACHER}


def _load(path: Path) -> Values:
    try:
        values = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} must hold `flag: value` lines, got {type(values).__name__}")
    return {name: value for name, value in values.items() if value is not None}


def _refuse_differences(path: Path, values: Values, training: Path, trained: Values) -> None:
    """Refuse other flags than the model was trained with. A file that has moved is known by its fingerprint later."""
    differ = [
        f"{name}: {path.name} {values[name]!r}, {training.name} {trained[name]!r}"
        for name in sorted(values.keys() & trained.keys())
        if values[name] != trained[name] and not (name in PATHS and _may_be_same(values[name], trained[name]))
    ]
    if differ:
        raise ValueError(f"{path} contradicts {training}:\n  " + "\n  ".join(differ))


def _may_be_same(one: object, other: object) -> bool:
    paths = Path(str(one)), Path(str(other))
    return not all(path.exists() for path in paths) or os.path.samefile(*paths)
