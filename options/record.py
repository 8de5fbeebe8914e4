"""The options of one run: read-only in the program, a table on the screen, options.yaml on the disk."""

import argparse
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import yaml

from util.files import replacing

# What a call does, not what the run is: never recorded, and never read from a file, which may come from a stranger.
ONE_CALL = {
    "options",
    "model_file",
    "dry_run",
    "continue_train",
    "restart",
    "override",
    "trust_torchscript",
    "compile",
    "profile",
}
REMOVED = {"vtoonify_skip": "residual"}  # flags of older versions: the value that this version always acts on
# What the networks of a dataset do, and what teachers do that have one task only.
TASKS = {"v2c": "Viper → Cityscapes", "v2l": "Viper → labels", "l2v": "labels → Viper"}
TASK_OF_TEACHER = {"vtoonify": "faces → cartoons"}
SPLITS = {"train": "train", "val": "val", "test": "val"}


class Options(argparse.Namespace):
    """Parsed flags as attributes, read-only (AttributeError); `vars(opt)` holds exactly the flags.

    `defaults` are those of all flags; `may_change` names those that may differ between the parts of a resumed run;
    `notes` are lines for the user on how the command line was understood.
    """

    __slots__ = ("defaults", "may_change", "notes")

    def __init__(
        self,
        values: Mapping[str, object],
        defaults: Mapping[str, object],
        may_change: Set[str] = frozenset(),
        notes: Sequence[str] = (),
    ):
        self.__dict__.update(values)
        object.__setattr__(self, "defaults", dict(defaults))
        object.__setattr__(self, "may_change", frozenset(may_change))
        object.__setattr__(self, "notes", tuple(notes))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"options are read-only after parsing: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"options are read-only after parsing: cannot delete {name}")

    @property
    def split(self) -> str:
        """The dataset split that `--phase` reads: "train" or "val"."""
        return SPLITS[self.phase]

    @property
    def layout(self) -> str:
        """The key of the dataset layout: `--dataset_option` in mode `video`, otherwise the mode itself."""
        return self.dataset_option if self.dataset_mode == "video" else self.dataset_mode

    @property
    def task(self) -> str:
        """What the teacher translates into what; of a generator of the user's own, how `--teacher` names it."""
        teacher, dataset = str(self.teacher), str(self.dataset_option)
        return TASKS.get(dataset, dataset) if teacher == "recycle_gan" else TASK_OF_TEACHER.get(teacher, teacher)

    @property
    def changed(self) -> dict[str, object]:
        """The flags that differ from their defaults, with these defaults."""
        return {name: default for name, default in self.defaults.items() if vars(self)[name] != default}

    @property
    def load_size(self) -> tuple[int, int]:
        """(width, height) in pixels before the training crop."""
        return (self.loadSize, self.loadSize) if self.resize_mode == "square" else (self.loadSizeW, self.loadSizeH)

    @property
    def fine_size(self) -> tuple[int, int] | None:
        """(width, height) in pixels that the networks see, None for each clip's own size."""
        if vars(self).get("resize_mode", "none") == "none":  # translate.py has no such flag
            return None
        return (self.fineSize, self.fineSize) if self.resize_mode == "square" else (self.fineSizeW, self.fineSizeH)

    @property
    def crop_size(self) -> tuple[int, int]:
        """`fine_size` of a training, which needs one size: `checks.crop_problems` refuses `--resize_mode none`."""
        assert self.fine_size is not None
        return self.fine_size

    @property
    def run_dir(self) -> Path:
        """Where the run's checkpoints lie."""
        return Path(self.checkpoints_dir) / self.name


def describe(opt: Options) -> str:
    """One line per option, `*` and the default mark what was changed; then the notes on the command line."""
    width = max(map(len, vars(opt)))
    lines = ["options (* differs from the default)"]
    for name, value in vars(opt).items():
        told, default = ("-" if one is None else str(one) for one in (value, opt.defaults[name]))
        line = f"  {name:<{width}}  {told}"
        lines.append(f"* {line[2:]:<{width + 30}}  default {default}" if name in opt.changed else line)
    return "\n".join([*lines, *opt.notes])


def save(opt: Options, path: Path) -> None:
    """Write options.yaml, which `--options` reads back, whole or not at all; one line for each option."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {k: v for k, v in vars(opt).items() if k not in ONE_CALL}
    with replacing(path) as partial:
        text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=float("inf"))  # no line is broken
        partial.write_text(text, encoding="utf-8")


def read(path: Path, defaults: Mapping[str, object]) -> tuple[list[str], list[str], list[str]]:
    """The flags that the options file stands for, the names that it leaves empty, and what is wrong with the file.

    Every value becomes command-line text, so that a file is read and checked exactly like flags. A flag that an older
    file does not hold keeps its default.
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [], [], [f"--options {path} cannot be read: {error}"]
    if not isinstance(values, dict):
        return [], [], [f"--options {path} must hold `name: value` lines, got {type(values).__name__}"]
    known = set(defaults) - ONE_CALL
    problems = [
        f"--options {path}: {name} is no flag any more, it is always {always!r}, got {values[name]!r}"
        for name, always in REMOVED.items()
        if values.get(name, always) != always
    ]
    if unknown := [str(k) for k in values if k not in known and k not in REMOVED]:
        problems.append(f"--options {path} has options this program does not know: {', '.join(unknown)}")
    given = {name: value for name, value in values.items() if name in known and value is not None}
    flags, wrong = as_flags(given, defaults, f"--options {path}")
    return flags, [k for k in values if k in known and values[k] is None], [*problems, *wrong]


def as_flags(values: Mapping[str, object], defaults: Mapping[str, object], where: str) -> tuple[list[str], list[str]]:
    """The flags that the values stand for, all known in `defaults`, and a sentence for each value of another kind.

    Args:
        where: the values come from, for the message.
    """
    flags, problems = [], []
    for name, value in values.items():
        if isinstance(defaults[name], bool) != isinstance(value, bool) or isinstance(value, dict | list):
            kind = "true or false" if isinstance(defaults[name], bool) else "one value"
            problems.append(f"{where}: {name} must be {kind}, got {value!r}")
        else:
            flags.append(_flag(name, value))
    return flags, problems


def _flag(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name}={value}"
