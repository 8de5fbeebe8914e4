"""Strict loading of published weights, with errors short enough to read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from torch import Tensor, nn


def load(module: nn.Module, weights: Mapping[str, Tensor], what: str) -> nn.Module:
    """`module` holding the very tensors of `weights`, not copies of them; it may have been built on the meta device.

    Raises:
        ValueError: keys or shapes differ; the message begins with `what` and counts them by kind.
    """
    check(weights, module.state_dict(), what)
    module.load_state_dict(weights, strict=True, assign=True)
    return module


def check(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str) -> None:
    """Refuses weights whose keys or shapes are not the expected ones.

    Raises:
        ValueError: as told by `load`.
    """
    problems = {
        "missing": [key for key in expected if key not in weights],
        "unexpected": [key for key in weights if key not in expected],
        "of another shape": [
            f"{key} {list(weights[key].shape)} instead of {list(value.shape)}"
            for key, value in expected.items()
            if key in weights and weights[key].shape != value.shape
        ],
    }
    found = [f"{len(keys)} {kind}: {grouped(keys)}" for kind, keys in problems.items() if keys]
    if found:
        raise ValueError(f"the weights do not fit {what}: {'; '.join(found)}")


def grouped(keys: Iterable[str], shown: int = 5) -> str:
    """One example per group of keys that differ in layer numbers or final names only: `convs.0.weight ... (x 32)`."""
    groups: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for key in keys:
        group = re.sub(r"\.\d+", ".*", key.split(" ")[0].rpartition(".")[0])
        groups.setdefault(group, key)
        sizes[group] += 1
    names = [f"{example} (x {sizes[group]})" if sizes[group] > 1 else example for group, example in groups.items()]
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more kinds" if len(names) > shown else "")
