import os
import signal

import pytest

from util.program import finish, first_interrupt


def fail(error):
    raise error


def test_the_status_of_a_program_is_its_exit_status():
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: 0)
    assert ended.value.code == 0


@pytest.mark.parametrize("error", [ValueError("bad"), FileNotFoundError("bad"), FloatingPointError("bad")])
def test_an_error_of_the_user_is_one_message_and_not_a_traceback(error):
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: fail(error))
    assert ended.value.code == "p: error: bad"


def test_an_error_of_ours_keeps_its_traceback():
    with pytest.raises(TypeError):
        finish("p", lambda: fail(TypeError("bug")))


def test_an_interrupt_is_status_130():
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: fail(KeyboardInterrupt()))
    assert ended.value.code == 130


def test_the_first_interrupt_is_noted_and_the_second_acts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), first_interrupt() as interrupts:
        assert not interrupts
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts == [signal.SIGINT]
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
