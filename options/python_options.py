"""The flags of translate.py as keyword arguments, for models that Python code loads or makes."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import torch

from options.own_function import ROOT
from options.parser import Parser
from options.record import Options, as_flags
from options.translate_options import TranslateOptions

IN_MEMORY = "python:generator"  # --teacher of a generator that Python code holds; nothing imports it by this name
OF_A_JOB = {  # what comes in and goes out, which each call says by itself
    *("inputs", "out", "codec", "size", "side_by_side", "overwrite", "max_frames", "input_size", "input_fps"),
    *("model", "name", "gpu_ids"),
}


class PythonOptions(TranslateOptions):
    """The options of a model that Python code loads by its name."""

    program = "shortcut_v2v"

    def parser(self) -> Parser:
        parser = super().parser()
        parser.error = _refuse
        return parser

    def of(self, model: str, flags: Mapping[str, object]) -> Options:
        """The checked options of a model, with `flags` by their names on the command line, without dashes.

        Raises:
            ValueError: there is no such model or flag, or a value is wrong. The message is that of the command line.
        """
        defaults = vars(self.parser().parse_args([]))
        known = sorted(defaults.keys() - OF_A_JOB)
        if unknown := sorted(flags.keys() - set(known)):
            raise ValueError(f"a model has no option {', '.join(unknown)}; it has {', '.join(known)}")
        given = {name: value for name, value in flags.items() if value is not None}
        plain = {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
        typed, problems = as_flags({"checkpoints_dir": str(ROOT / "checkpoints"), **plain}, defaults, "shortcut_v2v")
        if problems:
            raise ValueError("; ".join(problems))
        return self.parse(["-", "-o", "-", f"--model={model}", *typed])


class InMemoryOptions(PythonOptions):
    """The options of a model whose generator Python code holds."""

    def described(self, given: Mapping[str, object]) -> dict[str, object]:
        return {
            "teacher": IN_MEMORY,
            "name": ".",
            "refresh": "fixed" if "refresh_threshold" not in given else "adaptive",
        }


def device_named(name: str | None) -> torch.device:
    """The device of this name, such as "cpu" or "cuda:1"; None: the GPU, or the CPU if there is none."""
    try:
        return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
    except RuntimeError as error:
        raise ValueError(f'device must be "cpu", "cuda" or "cuda:N", got {name!r}') from error


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)
