"""Functions called in child processes, which share what their parent has imported."""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

# Imported before the fork, since they take seconds. None of them imports the modules under test.
PACKAGES = ("torch", "torchvision", "torch.utils.flop_counter", "scipy.linalg", "cv2", "hypothesis", "tqdm")
WALL = 20  # seconds on the clock for each second of computing: other processes may have the cores


def import_packages() -> None:
    for name in PACKAGES:
        importlib.import_module(name)


def call(task: Callable, *arguments, seconds: float) -> dict | None:
    """The dictionary that `task(*arguments, folder)` returns in a child process; None if it does not end by itself.

    Args:
        task: its `folder` is a path for its files, removed afterwards. What it returns is as JSON has it.
        seconds: of computing, after which the child and the processes that it has started are ended.

    Raises:
        RuntimeError: the task raised an error; the message is the end of what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        child = get_context("fork").Process(target=_child, args=(task, arguments, folder, seconds))
        child.start()
        child.join(WALL * seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.join()
        if child.exitcode == 1:
            raise RuntimeError(Path(folder, "output").read_text()[-3000:])
        return json.loads(Path(folder, "result").read_text()) if child.exitcode == 0 else None


def _child(task: Callable, arguments: tuple, folder: str, seconds: float) -> None:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    sys.stdout = sys.stderr = open(f"{folder}/output", "w", buffering=1)  # noqa: SIM115 - to the end of the process
    for descriptor in (1, 2):
        os.dup2(sys.stdout.fileno(), descriptor)
    try:
        Path(folder, "result").write_text(json.dumps(task(*arguments, folder)))
    except Exception:
        with open(f"{folder}/output", "a") as output:  # tests may have left sys.stderr closed
            traceback.print_exc(file=output)
        os._exit(1)
    os._exit(0)  # without the end of Python, which would join the thread of the parent that forked, and fail
