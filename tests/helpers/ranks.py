"""Functions called in several processes at once, which have joined as those of torchrun do."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from util import distributed


def run_ranks(function: Callable, folder: Path, *arguments: object, processes: int = 2) -> list:
    """What `function(*arguments)` returns in each process, by rank; tensors and plain values. Uses `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = (processes, port, folder, function, arguments)
    torch.multiprocessing.start_processes(_enter, call, nprocs=processes, start_method="spawn")
    return [torch.load(folder / f"rank{rank}.pt", weights_only=False) for rank in range(processes)]


def _enter(rank: int, processes: int, port: int, folder: Path, function: Callable, arguments: tuple) -> None:
    names = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": processes, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in names.items()})
    torch.set_num_threads(1)
    shown, result = sys.stdout, None
    distributed.start()
    try:
        result = function(*arguments)
    except SystemExit as ended:
        result = f"ended with {ended.code}"
    distributed.stop()
    sys.stdout = shown
    torch.save(result, folder / f"rank{rank}.pt")
