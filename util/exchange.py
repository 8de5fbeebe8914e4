"""Plain values and tensors that the processes of one program pass to one another; see `util.distributed`."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor

from util.distributed import is_main, is_parallel, joined_calls, own, rank, world_size

T = TypeVar("T")
Item = TypeVar("Item")


def gather(value: T) -> list[T]:
    """The `value` of every process, by rank; tensors are on the CPU. All processes call this."""
    return [_broadcast(value, source) for source in range(world_size())] if is_parallel() else [value]


def collect(value: T) -> Iterator[T]:
    """In the main process, the `value` of every other one, one at a time; elsewhere nothing. All iterate over this."""
    if is_main():
        for source in range(1, world_size()):
            yield _exchange(lambda x, source=source: dist.recv(x, source))
    else:
        _exchange(lambda x: dist.send(x, 0), value)


def from_main(make: Callable[[], T]) -> T:
    """What `make` returns in the main process; only that one calls it. All processes call this.

    Raises:
        Exception: what `make` raised, in the main process. The others end with status 1 and without a message.
    """
    if not is_parallel():
        return make()
    made, error = None, None
    if is_main():
        try:
            made = make()
        except Exception as raised:
            error = raised
    failed, value = _broadcast((error is not None, made), 0)
    if error is not None:
        raise error
    if failed:
        sys.exit(1)
    return cast(T, value)


def shared_map(function: Callable[[Item], T], items: Sequence[Item]) -> list[T]:
    """`function` of every item, in their order. The processes take turns, item by item. All processes call this."""
    every = gather([function(item) for item in own(items)])
    return [every[n % world_size()][n // world_size()] for n in range(len(items))]


def _broadcast(value: T, source: int) -> T:
    """The `value` of process `source`. All processes call this."""
    return _exchange(lambda x: dist.broadcast(x, source), *([value] if rank() == source else []))


def _exchange(pass_on: Callable[[Tensor], object], *value):
    """Pass the length of the value and then its bytes on: of `value`, or into the value that is returned."""
    data = torch.empty(0, dtype=torch.uint8)
    if value:
        file = io.BytesIO()
        torch.save(value[0], file)
        data = torch.frombuffer(bytearray(file.getbuffer()), dtype=torch.uint8)
    length = torch.tensor(len(data))
    with joined_calls():
        pass_on(length)
        data = data if value else torch.empty(int(length), dtype=torch.uint8)
        pass_on(data)
    if value:
        return value[0]
    return torch.load(io.BytesIO(data.numpy().tobytes()), map_location="cpu", weights_only=False)
