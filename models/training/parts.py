"""The parts of a trainer, whose states are one state: networks, optimisers, and whatever has a `state_dict`."""

from torch import Tensor
from torch.optim import Optimizer


def state_of(part) -> dict:
    """The state of an object with a `state_dict`, or of each object in a dict, by name."""
    return {name: state_of(one) for name, one in part.items()} if isinstance(part, dict) else part.state_dict()


def load_into(part, state: dict) -> None:
    """Give the parts back what `state_of` returned.

    Raises:
        KeyError, RuntimeError, TypeError, AttributeError: the state is of other parts.
    """
    if not isinstance(part, dict):
        part.load_state_dict(state)
        return
    for name, one in part.items():
        load_into(one, state[name])


def without_weights(group: dict) -> dict:
    """What an optimiser's group was made with."""
    return {name: value for name, value in group.items() if name != "params"}


def check_moments(optimizer: Optimizer) -> None:
    """Raise ValueError unless what the optimiser remembers of each weight has the weight's shape."""
    for weight, moments in optimizer.state.items():
        shapes = [list(value.shape) for value in moments.values() if isinstance(value, Tensor) and value.dim()]
        if any(shape != list(weight.shape) for shape in shapes):
            raise ValueError(f"the optimiser's state is {shapes} for weights {list(weight.shape)}")
