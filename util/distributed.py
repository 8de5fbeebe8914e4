"""What the processes of one program tell one another, where torchrun started several. For one process: nothing.

torchrun numbers its processes: RANK of WORLD_SIZE on all machines, LOCAL_RANK on each. Process 0 is the main one. Every
function that says "all processes call this" waits until they do.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

T = TypeVar("T")
Item = TypeVar("Item")
PATIENCE = timedelta(minutes=30)


def rank() -> int:
    return int(os.environ.get("RANK", 0)) if is_parallel() else 0


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", 1))


def local_rank() -> int:
    """The number of this process on its machine."""
    return int(os.environ.get("LOCAL_RANK", 0)) if is_parallel() else 0


def local_world_size() -> int:
    """How many processes of this program run on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", 1)) if is_parallel() else 1


def is_parallel() -> bool:
    """Whether this process is one of several."""
    return world_size() > 1


def is_main() -> bool:
    return rank() == 0


def is_restarted() -> bool:
    """Whether torchrun started this program anew because one of its processes had died (`--max-restarts`)."""
    return _restarts() > 0


def refuse(program: str) -> None:
    """For programs that run as one process.

    Raises:
        ValueError: there are several processes.
    """
    if is_parallel():
        raise ValueError(f"{program} runs as one process, but WORLD_SIZE is {world_size()}: start it without torchrun")


def start(patience: timedelta = PATIENCE) -> None:
    """Join the other processes, through gloo for what is on the CPU and NCCL for what is on a GPU.

    Only the main process prints to stdout from now on.

    Args:
        patience: after waiting so long for the others in one call, a process gives up with an error.
    """
    if is_parallel() and not dist.is_initialized():
        store, *place = next(rendezvous("env://", timeout=patience))
        # torchrun keeps the store when it starts the processes anew; with the old addresses in it they would hang.
        store = PrefixStore(f"restart {_restarts()} of {world_size()}", store)
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        dist.init_process_group(backend, store=store, rank=place[0], world_size=place[1], timeout=patience)
        if not is_main():
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (it stays open as long as the process)


def stop() -> None:
    """Leave the other processes."""
    if dist.is_initialized():
        dist.destroy_process_group()


def part(total: int, rank: int, world_size: int) -> tuple[int, int]:
    """(first, count): the consecutive items of `total` that belong to a process. Parts differ by one item at most."""
    first = total * rank // world_size
    return first, total * (rank + 1) // world_size - first


def all_reduce(x: Tensor) -> Tensor:
    """The sum of `x` over all processes, in its place. All processes call this, with the same shape.

    All get the same bits.

    Raises:
        ConnectionError: another process is gone.
    """
    if is_parallel():
        with joined_calls():
            dist.all_reduce(x)
    return x


def any_of(flag: bool) -> bool:
    """Whether `flag` is True in any process. All processes call this."""
    return bool(all_reduce(torch.tensor(int(flag)))) if is_parallel() else flag


def own(items: Sequence[Item]) -> Sequence[Item]:
    """The items of this process, where the processes take turns, item by item."""
    return items[rank() :: world_size()]


@contextmanager
def main_first() -> Iterator[None]:
    """The main process runs the block, then the others do: they find what it has left on disk. All call this."""
    if not is_main():
        barrier()
    yield
    if is_main():
        barrier()


def barrier() -> None:
    """Wait until all processes have called this."""
    any_of(False)


def main_only(thing: T) -> T:
    """`thing` in the main process; elsewhere an object whose methods do nothing and return None."""
    return thing if is_main() else cast(T, _Nothing())


class _Nothing:
    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _restarts() -> int:
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", 0))


@contextmanager
def joined_calls() -> Iterator[None]:
    """The block calls torch's functions for several processes.

    Raises:
        ConnectionError: another process is gone.
    """
    try:
        yield
    except RuntimeError as error:  # gloo's and NCCL's
        raise ConnectionError(f"process {rank()} of {world_size()} lost the others: {error}") from error
