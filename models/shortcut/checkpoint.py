"""Checkpoints of a Shortcut block: its weights, its constructor arguments and the teacher it belongs to."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from models.shortcut import BLOCKS, Shortcut
from models.shortcut.official import from_published, is_published
from models.teachers.base import Split
from util import __version__
from util.checkpoint import check_format, check_weights, load_weights

FORMAT = 1
MOST_CHANNELS = 2**14


def to_checkpoint(block: Shortcut, teacher_fingerprint: str, split: Split, **extra: Any) -> dict:
    """A dictionary of tensors and plain values from which `from_checkpoint` builds the block again.

    Args:
        teacher_fingerprint: identifies the weights of the teacher whose body the block replaces.
        split: first and one past the last layer of that body, by index or by name.
        extra: further entries, plain values or tensors.
    """
    return {
        "format": FORMAT,
        "version": __version__,
        "kind": "shortcut",
        "config": dict(block.config),
        "teacher": teacher_fingerprint,
        "split": list(split),
        "block": block.state_dict(),
        **extra,
    }


def from_checkpoint(
    state: Mapping[str, Any], teacher_fingerprint: str, split: Split, requested: Mapping[str, Any]
) -> Shortcut:
    """The block of a checkpoint made by `to_checkpoint`, or of a published state dict, which records no teacher.

    Args:
        teacher_fingerprint, split: of the teacher with which the block runs now.
        requested: form ("block") and constructor arguments that the user gave; the checkpoint tells the others.

    Raises:
        ValueError: it is neither, or it was made for something else. The message lists every difference.
    """
    if is_published(state):
        block = from_published(state, requested.get("adabd_dilation", 1))
        _refuse(_differences({"block": "published", **block.config}, requested))
        return block
    if state.get("kind") != "shortcut":
        raise ValueError("not a Shortcut checkpoint: neither this program's format nor the published block's keys")
    check_format(state, FORMAT, "Shortcut checkpoint")
    _check_entries(state)
    form, config = _form(state["config"])
    _refuse(_differences({"block": form, **config}, requested) + _problems(state, teacher_fingerprint, split))
    what = "the block that the checkpoint describes"
    with torch.device("meta"):  # takes no memory, however large the block would be
        expected = BLOCKS[form](**config).state_dict()
    check_weights(state["block"], expected, what)
    return load_weights(BLOCKS[form](**config), state["block"], what)


def _problems(state: Mapping[str, Any], teacher_fingerprint: str, split: Split) -> list[str]:
    """Why this program cannot use the checkpoint with the teacher, one sentence for each reason."""
    problems, (form, config) = [], _form(state["config"])
    if form not in BLOCKS:
        problems.append(f"made by another version: a block of form {form}, this one knows {', '.join(BLOCKS)}")
    elif unknown := config.keys() - inspect.signature(Shortcut.__init__).parameters.keys():
        problems.append(f"made by another version, with {', '.join(sorted(unknown))}: distil it again")
    if state["teacher"] != teacher_fingerprint:
        problems.append(
            "trained for another teacher: the checkpoint names one with fingerprint "
            f"{state['teacher']}, this teacher has {teacher_fingerprint}"
        )
    if tuple(state["split"]) != tuple(split):
        problems.append(f"split: checkpoint {_slice(state['split'])}, asked {_slice(split)}")
    return problems


def _check_entries(state: Mapping[str, Any]) -> None:
    """Refuse a checkpoint whose entries are of other kinds than `to_checkpoint` makes them.

    A block has tensors for each of its layers, so a number of layers above that of tensors cannot be true.
    """
    config, split, block = (state.get(name) for name in ("config", "split", "block"))
    if not (isinstance(config, Mapping) and isinstance(block, Mapping) and isinstance(state.get("teacher"), str)):
        raise ValueError("not a Shortcut checkpoint: config, block or teacher is missing or of another kind")
    if not isinstance(split, list | tuple) or [type(layer) for layer in split] not in ([int, int], [str, str]):
        raise ValueError(f"not a Shortcut checkpoint: split {split!r} is not two layers, by number or by name")
    limits = {name: len(block) if name.endswith("_layers") else MOST_CHANNELS for name in config if name != "block"}
    wrong = [f"{k} {config[k]!r}" for k, most in limits.items() if type(config[k]) is not int or config[k] > most]
    if wrong and not config.keys() - {"block", *inspect.signature(Shortcut.__init__).parameters}:
        raise ValueError(f"not a Shortcut checkpoint: it describes a block that cannot be, with {', '.join(wrong)}")


def _form(config: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """The form of a block and its constructor's arguments; older checkpoints name no form and are published ones."""
    return config.get("block", "published"), {name: value for name, value in config.items() if name != "block"}


def _differences(config: Mapping[str, Any], requested: Mapping[str, Any]) -> list[str]:
    return [f"{k}: checkpoint {config.get(k)}, asked {v}" for k, v in requested.items() if config.get(k) != v]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ValueError("the Shortcut checkpoint does not fit:\n  " + "\n  ".join(problems))


def _slice(split: Sequence[int | str]) -> str:
    return f"{split[0]}:{split[1]}"
