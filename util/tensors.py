"""Nested dictionaries and lists of tensors and plain values, such as a training state."""

import hashlib
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor


def leaves(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """(name, value) of everything that is neither dictionary, list nor tuple: "networks.G_A.weight", a tensor."""
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        yield name, value
        return
    for key, inner in items:
        yield from leaves(inner, f"{name}.{key}" if name else str(key))


def not_finite(value: object) -> list[str]:
    """The names of the tensors in `value` that hold NaN or an infinite number."""
    return [name for name, leaf in leaves(value) if isinstance(leaf, Tensor) and not torch.isfinite(leaf).all()]


def digest(value: object) -> str:
    """16 hexadecimal digits that change with any name, dtype, shape or value in `value`, not with the device."""
    found = hashlib.sha256()
    for name, leaf in leaves(value):
        if isinstance(leaf, Tensor):
            leaf = leaf.detach().cpu().contiguous()
            found.update(f"{name} {leaf.dtype} {list(leaf.shape)};".encode())
            found.update(leaf.reshape(-1).view(torch.uint8).numpy().data)
        else:
            found.update(f"{name} {leaf!r};".encode())
    return found.hexdigest()[:16]
