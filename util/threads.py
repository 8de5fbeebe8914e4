"""Work that overlaps: one thread computes ahead of the caller, another follows, both over queues that are bounded."""

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, nullcontext
from typing import Generic, TypeVar

Item = TypeVar("Item")
_END = object()
_PATIENCE_S = 2.0  # how long to wait for a thread that nobody needs any more: it may be blocked in a read


def ahead(items: Iterable[Item], size: int) -> Generator[Item, None, None]:
    """Yield `items`, which another thread computes, up to `size` of them ahead. What it raises is raised here.

    When this iterator is closed, or left by an error, the thread ends after the item that it is computing, and closes
    `items` if they can be closed.
    """
    made: queue.Queue = queue.Queue(size)
    stop, failed = threading.Event(), []

    def compute() -> None:
        try:
            with closing(items) if hasattr(items, "close") else nullcontext():  # pyright: ignore[reportArgumentType]
                for item in items:
                    made.put(item)
                    if stop.is_set():
                        return
        except BaseException as error:  # whatever it is, the caller has to see it
            failed.append(error)
        finally:
            if not stop.is_set():
                made.put(_END)

    thread = threading.Thread(target=compute, daemon=True)
    thread.start()
    try:
        while (item := made.get()) is not _END:
            yield item
        if failed:
            raise failed[0]
    finally:
        stop.set()
        _empty(made)  # so that the thread, which may wait for room, goes on and sees that it is to stop
        thread.join(_PATIENCE_S)


class Follower(Generic[Item]):
    """A context manager: hand over items with `put`; another thread works on them, in order, `size` at most waiting.

        with Follower(write, 4) as writing:
            for frame in frames:
                writing.put(frame)

    What `work` raises is raised by the next `put`, or on leaving. The block is left when all items are done; if an
    error ends it, the items that wait are dropped.
    """

    def __init__(self, work: Callable[[Item], object], size: int):
        self._work, self._waiting = work, queue.Queue(size)
        self._failed: list[BaseException] = []
        self._dropped = False
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "Follower[Item]":
        self._thread.start()
        return self

    def put(self, item: Item) -> None:
        """Hand over the next item; waits while `size` others do."""
        self._raise()
        self._waiting.put(item)

    def __exit__(self, kind, error, trace) -> None:
        self._dropped = kind is not None
        self._waiting.put(_END)
        self._thread.join()
        if kind is None:
            self._raise()

    def _follow(self) -> None:
        while (item := self._waiting.get()) is not _END:
            if self._failed or self._dropped:
                continue  # takes what is handed over, so that nobody waits for room
            try:
                self._work(item)
            except BaseException as error:  # whatever it is, the caller has to see it
                self._failed.append(error)

    def _raise(self) -> None:
        if self._failed:
            raise self._failed[0]


def _empty(made: queue.Queue) -> None:
    while True:
        try:
            made.get_nowait()
        except queue.Empty:
            return
