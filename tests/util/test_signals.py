import os
import signal

import pytest

from util.signals import STOP_SIGNALS, stop_signals


def test_the_first_interrupt_is_noted_and_the_second_acts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stop_signals() as signals:
        assert not signals
        os.kill(os.getpid(), signal.SIGINT)
        assert signals == [signal.SIGINT]
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_after_the_first_signal_every_second_one_ends_the_process(number):
    before = signal.getsignal(number)
    with stop_signals() as signals:
        os.kill(os.getpid(), number)
        assert signals == [number]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert {signal.getsignal(one) for one in STOP_SIGNALS[1:]} == {signal.SIG_DFL}
    assert signal.getsignal(number) is before


def test_a_run_under_nohup_goes_on_when_its_terminal_closes():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_signals() as signals:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not signals
    finally:
        signal.signal(signal.SIGHUP, before)
