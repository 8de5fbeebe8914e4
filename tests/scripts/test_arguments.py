from argparse import ArgumentTypeError

import pytest

from scripts.arguments import above_zero, at_least


def test_a_number_above_zero_is_read():
    assert above_zero("2.5") == 2.5


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "much"])
def test_others_are_refused_with_what_was_got(text):
    with pytest.raises(ArgumentTypeError, match=f"must be a number above 0, got '{text}'"):
        above_zero(text)


def test_a_whole_number_has_a_lower_bound():
    assert at_least(2)("2") == 2
    for text in ("1", "2.5", "-3", ""):
        with pytest.raises(ArgumentTypeError, match=f"must be a whole number of at least 2, got '{text}'"):
            at_least(2)(text)
