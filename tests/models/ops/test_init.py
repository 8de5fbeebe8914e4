import pytest
import torch

from models import ops
from models.ops import choose, choose_for, native

CPU, META = torch.device("cpu"), torch.device("meta")


def test_auto_is_native_on_a_cpu_that_has_it():
    assert choose("auto", CPU) == choose("native", CPU) == ("native" if native.available() else "cpu")
    assert choose("auto", META) == "reference"


def test_native_gives_way_where_a_gradient_is_needed():
    x, leaf = torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2, requires_grad=True)
    assert choose_for("auto", x, None, leaf) == choose_for("native", x, leaf) == "cpu"
    with torch.no_grad():
        assert choose_for("auto", x, leaf) == choose("auto", CPU)


def test_on_another_device_native_gives_way_and_says_so():
    ops._warn_of_auto.cache_clear()
    with pytest.warns(UserWarning, match="'native' needs a CPU; on meta 'auto' takes its place"):
        assert choose("native", META) == "reference"


@pytest.mark.parametrize("backend", ["reference", "cpu", "torchvision"])
def test_what_is_asked_for_is_taken(backend):
    assert choose_for(backend, torch.zeros(1, 1, 2, 2)) == backend


def test_an_unknown_one_is_refused():
    with pytest.raises(ValueError, match="must be one of auto, reference, cpu, native, triton, torchvision, got 'gpu'"):
        choose("gpu", CPU)
