import pytest

from util.program import finish


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
