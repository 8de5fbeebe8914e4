import pytest
import torch

from models.training.finite import LONGEST, FiniteCheck, Losses


def test_the_first_value_that_is_not_finite_is_told_however_late_it_is_asked_for():
    finite = FiniteCheck()
    finite.losses({"a": torch.tensor(1.0), "b": torch.tensor(2.0)})
    finite.check()
    assert finite.found == 0
    finite.gradients("net", [torch.zeros(3), torch.tensor([1.0, float("-inf")])])
    finite.losses({"a": torch.tensor(float("nan"))})
    assert finite.found == 1
    for _ in range(2):
        with pytest.raises(FloatingPointError, match="^gradient of net is not finite: inf; the last saved"):
            finite.check()


def test_values_do_not_wait_without_end():
    finite = FiniteCheck()
    for _ in range(LONGEST - 1):
        finite.losses({"a": torch.tensor(1.0)})
    finite.losses({"a": torch.tensor(float("nan"))})
    with pytest.raises(FloatingPointError, match="a=nan"):
        finite.losses({"a": torch.tensor(1.0)})


def test_losses_are_a_mapping_of_numbers_and_not_read_where_one_is_not_finite():
    finite, terms = FiniteCheck(), {"a": torch.tensor(0.5), "total": torch.tensor(1.5, dtype=torch.float64)}
    losses = Losses(terms, finite)
    assert losses == {"a": 0.5, "total": 1.5} and list(losses) == ["a", "total"] and len(losses) == 2
    bad = Losses(terms, finite)
    finite.losses({"later": torch.tensor(float("nan"))})
    assert bad.keys() == {"a", "total"}  # names are known without a look at the values
    with pytest.raises(FloatingPointError, match="later=nan"):
        bad["a"]
