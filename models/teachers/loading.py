"""The strict loader of every teacher's weights. Its errors are short enough to read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from torch import Tensor, nn


def load(module: nn.Module, weights: Mapping[str, Tensor], what: str) -> nn.Module:
    """`module` with these weights: exactly its keys and its shapes.

    The module computes in float32, whatever the weights are stored in. A module on the meta device takes the tensors of
    `weights` themselves where they are float32 already. Any other module copies them.

    Args:
        what: names the network in the error, as in "a BiSeNet of 19 face parts".

    Raises:
        ValueError: keys or shapes differ. The message counts the differences by kind.
    """
    check(weights, module.state_dict(), what)
    on_meta = any(tensor.is_meta for tensor in module.state_dict().values())
    if on_meta:
        weights = {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}
    module.load_state_dict(weights, strict=True, assign=on_meta)
    return module


def check(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str) -> None:
    """Refuses weights whose keys or shapes are not those of `expected`.

    Raises:
        ValueError: see `load`.
    """
    differences = {
        "missing": [key for key in expected if key not in weights],
        "unexpected": [key for key in weights if key not in expected],
        "of another shape": [
            f"{key} {list(weights[key].shape)} instead of {list(value.shape)}"
            for key, value in expected.items()
            if key in weights and weights[key].shape != value.shape
        ],
    }
    problems = [f"{len(keys)} {kind}: {grouped(keys)}" for kind, keys in differences.items() if keys]
    if problems:
        raise ValueError(f"the weights do not fit {what}: {'; '.join(problems)}")


def grouped(keys: Iterable[str], limit: int = 5) -> str:
    """The keys in one line, `limit` groups at most: `convs.0.weight (x 32), ...`.

    Keys that differ only in layer numbers or in their last names are one group, which one of them stands for.
    """
    groups: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for key in keys:
        group = re.sub(r"\.\d+", ".*", key.split(" ")[0].rpartition(".")[0])
        groups.setdefault(group, key)
        sizes[group] += 1
    names = [f"{example} (x {sizes[group]})" if sizes[group] > 1 else example for group, example in groups.items()]
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more kinds" if len(names) > limit else "")
