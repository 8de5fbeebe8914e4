from argparse import ArgumentTypeError

import pytest

from scripts.arguments import above_zero


def test_a_number_above_zero_is_read():
    assert above_zero("2.5") == 2.5


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much"])
def test_others_are_refused_with_what_was_got(text):
    with pytest.raises(ArgumentTypeError, match=f"must be a number above 0, got '{text}'"):
        above_zero(text)
