"""Any generator as a teacher: it is checked, taken apart into layers, and cut where the flags say."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from models.teachers.any_generator.checks import check, frozen_layers
from models.teachers.any_generator.cuts import Name, find
from models.teachers.any_generator.graph import layer_graph
from models.teachers.any_generator.parts import CutGenerator, cut_generator
from models.teachers.any_generator.sizes import size_multiple
from models.teachers.base import Flag, TeacherFamily

START = 5  # the default of the flag that `recycle_gan` declares, too
CUT = "START:END, first layer of the body and first behind it, as scripts/suggest_split.sh prints them"
FLAGS = (
    Flag("skip_idx_start", int, START, "first teacher layer that the Shortcut replaces", low=1),
    Flag("skip_idx_end", int, None, "first layer behind those", low=2),
    Flag("cut", str, None, f"{CUT}; for generators that are no plain sequence of layers"),
)


Make = Callable[..., nn.Module]


def family_of(found: Callable[[], Make]) -> TeacherFamily:
    """The family of a function that makes a generator. `--main_G_path` is given to the function if it takes it.

    Args:
        found: returns the function. It is called when the teacher is built.
    """

    def build(path: Path | None, **flags: Any) -> CutGenerator:
        return teacher_of(made_by(found(), path), **flags)

    return TeacherFamily(build=build, flags=FLAGS, problems=problems, takes_path=True)


def made_by(function: Make, path: Path | None) -> nn.Module:
    """The generator that `function` makes, of the file of weights at `path` if it takes one.

    Raises:
        ValueError: it needs a file and there is none, takes none and there is one, or raises an error of its own.
    """
    name, parameters = getattr(function, "__name__", "the function"), inspect.signature(function).parameters.values()
    if path is not None:
        if not parameters:
            raise ValueError(f"--main_G_path {path}: {name}() takes no file of weights; leave the flag out")
        return _called(function, name, path)
    if needed := [one.name for one in parameters if one.default is one.empty and one.kind < one.VAR_POSITIONAL]:
        raise ValueError(f"{name}({', '.join(needed)}) needs a file of weights: give --main_G_path")
    return _called(function, name)


def _called(function: Make, name: str, *files: Path) -> nn.Module:
    try:
        return function(*files)
    except (ValueError, OSError):
        raise
    except Exception as error:  # load_state_dict, for one, raises a RuntimeError of many lines
        first, *more = str(error).strip().splitlines() or [""]
        told = f"{type(error).__name__}: {' '.join([first, *(line.strip() for line in more[:1])])[:300]}"
        if not files:
            raise ValueError(f"{name}() raised {told}") from error
        raise ValueError(f"{name}() cannot use {files[0]}, a file of another network or damaged? {told}") from error


def teacher_of(
    generator: nn.Module,
    skip_idx_start: int = START,
    skip_idx_end: int | None = None,
    cut: str | None = None,
    default: tuple[Name, Name] | None = None,
) -> CutGenerator:
    """A generator, frozen and cut; it shares its weights.

    Args:
        skip_idx_start, skip_idx_end: the layers that a Shortcut replaces, slice bounds.
        cut: the same as text, "START:END", by index or by name. It wins.
        default: the ends where the flags name none.

    Raises:
        ValueError: it is no generator (`checks.check`), cannot be cut there, or no cut is given.
    """
    was_training = getattr(generator, "training", False)
    example = check(generator)
    if was_training and (note := frozen_layers(generator)):
        warnings.warn(note, stacklevel=2)
    graph = layer_graph(generator, example)
    if cut is not None:
        start, end = cut.split(":")
    elif skip_idx_end is not None:
        start, end = skip_idx_start, skip_idx_end
    elif default is not None and skip_idx_start == START:
        start, end = default
    else:
        raise ValueError("the cut is not given: scripts/suggest_split.sh finds one; --cut, or both --skip_idx flags")
    teacher = cut_generator(graph, find(graph, start, end))
    teacher.size_multiple = size_multiple(graph)
    return teacher


def problems(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the flags together."""
    start, end, cut = values["skip_idx_start"], values["skip_idx_end"], values["cut"]
    found = []
    if end is not None and end <= start:
        found.append(f"--skip_idx_end must be above --skip_idx_start {start}, got {end}")
    if cut is not None and len([one for one in cut.split(":") if one]) != 2:
        found.append(f"--cut must be START:END, two layers by name or index, got {cut!r}")
    return found
