"""A function of the user's own, named on the command line as package.module:function."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from options.layers import CALLER_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
OURS = {
    "data",
    "models",
    "options",
    "scripts",
    "tests",
    "util",
    "train",
    "test",
    "shortcut_v2v",
}  # top-level names of this project


def own_function(name: str) -> Callable:
    """The function `package.module:function`. Its module is looked for in the caller's folder first.

    Raises:
        ValueError: there is no such module or function, or the module cannot be imported. The message is one sentence.
    """
    module_name, _, function_name = name.partition(":")
    folder = os.path.realpath(os.environ.get(CALLER_VARIABLE) or os.curdir)
    top = module_name.partition(".")[0]
    if top in OURS and Path(folder) != ROOT:
        raise ValueError(f"{name}: {top} is a package of this project; give the function a module with another name")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module may raise anything while it is imported
        raise ValueError(f"{name}: cannot import {module_name} from {folder}: {error!r}{_cure(error)}") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise ValueError(f"{name}: {module_name} ({module.__file__}) has no function {function_name}")
    return function


def _cure(error: Exception) -> str:
    missing = error.name or "" if isinstance(error, ModuleNotFoundError) else ""
    top = missing.partition(".")[0]
    return f"; this project has a package {top} of its own, so rename yours" if "." in missing and top in OURS else ""
