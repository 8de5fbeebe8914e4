"""Work that overlaps: order, errors on either side, and threads that end."""

import itertools
import threading

import pytest

from util.threads import Follower, ahead


def threads_that_end(before):
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    return not any(thread.is_alive() for thread in set(threading.enumerate()) - before)


def test_items_come_in_order_from_another_thread():
    made_by = []

    def items():
        for number in range(20):
            made_by.append(threading.current_thread())
            yield number

    assert list(ahead(items(), 3)) == list(range(20))
    assert threading.main_thread() not in made_by


def test_no_more_are_computed_than_asked_for_and_some_ahead():
    made, reached = [], threading.Event()

    def items():
        for number in itertools.count():
            made.append(number)
            if number == 4:  # taken: 1, waiting: 3, and the one for which there is no room
                reached.set()
            yield number

    before = set(threading.enumerate())
    stream = ahead(items(), 3)
    next(stream)
    assert reached.wait(5)
    stream.close()
    assert threads_that_end(before) and len(made) <= 6


def test_an_error_of_the_items_is_raised_where_they_are_read():
    def items():
        yield 1
        raise ValueError("broken frame")

    stream = ahead(items(), 2)
    assert next(stream) == 1
    with pytest.raises(ValueError, match="broken frame"):
        next(stream)


def test_an_error_on_closing_the_items_is_raised_too():
    class Items:
        def __iter__(self):
            return iter([1])

        def close(self):
            raise OSError("cannot close")

    stream = ahead(Items(), 2)
    assert next(stream) == 1
    with pytest.raises(OSError, match="cannot close"):
        next(stream)


@pytest.mark.parametrize("size", [1, 4])
def test_a_reader_that_stops_closes_the_items(size):
    closed = []

    def items():
        try:
            yield from itertools.count()
        finally:
            closed.append(threading.current_thread())

    before = set(threading.enumerate())
    stream = ahead(items(), size)
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    stream.close()
    assert threads_that_end(before) and len(closed) == 1


def test_a_follower_works_in_order_and_is_done_on_leaving():
    done = []
    with Follower(done.append, 2) as follower:
        for number in range(10):
            follower.put(number)
    assert done == list(range(10))


def test_an_error_of_the_work_is_raised_by_a_later_put():
    def fail(number):
        raise OSError(f"disk full at {number}")

    before = set(threading.enumerate())
    with pytest.raises(OSError, match="disk full at 0"):
        with Follower(fail, 1) as follower:
            for number in range(1000):  # far more than may wait
                follower.put(number)
    assert threads_that_end(before)


def test_an_error_of_the_last_work_is_raised_on_leaving():
    with pytest.raises(OSError, match="disk full"):
        with Follower(lambda number: (_ for _ in ()).throw(OSError("disk full")), 4) as follower:
            follower.put(1)


def test_an_interrupt_of_the_caller_ends_the_follower_without_the_rest():
    gate, done = threading.Event(), []

    def work(number):
        gate.wait(5)
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        with Follower(work, 4) as follower:
            for number in range(4):
                follower.put(number)
            threading.Timer(0.05, gate.set).start()
            raise KeyboardInterrupt
    assert len(done) <= 1
