"""Checkpoint files whose bytes were changed: they are read, or refused in one sentence, and nothing else happens."""

import io
import tempfile
from pathlib import Path

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from util import checkpoint

STATE = {"block": {"w": torch.arange(6.0).view(2, 3), "b": torch.zeros(2)}, "config": {"h_dim": 8}, "split": [5, 17]}


def saved(**options):
    file = io.BytesIO()
    torch.save(STATE, file, **options)
    return file.getvalue()


FILES = [saved(), saved(_use_new_zipfile_serialization=False)]
PLACE = st.floats(0, 1, exclude_max=True)  # share of the file before the change
CHANGES = st.one_of(
    st.tuples(st.just("set"), PLACE, st.binary(min_size=1, max_size=8)),
    st.tuples(st.just("insert"), PLACE, st.binary(min_size=1, max_size=8)),
    st.tuples(st.just("cut"), PLACE, st.just(b"")),
    st.tuples(st.just("drop"), PLACE, st.binary(min_size=1, max_size=8)),
)


def changed(data, change):
    kind, place, value = change
    at = int(place * len(data))
    if kind == "cut":
        return data[:at]
    after = {"set": at + len(value), "insert": at, "drop": at + len(value)}[kind]
    return data[:at] + (b"" if kind == "drop" else value) + data[after:]


@settings(max_examples=120)
@given(st.sampled_from(FILES), st.lists(CHANGES, min_size=1, max_size=4))
def test_a_changed_file_is_a_dictionary_or_refused_by_name(data, changes):
    for change in changes:
        data = changed(data, change)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.pth"
        path.write_bytes(data)
        try:
            state = checkpoint.load(path)
        except ValueError as error:
            assert str(path) in str(error)
        else:
            assert isinstance(state, dict)
        assert path.read_bytes() == data and list(Path(folder).iterdir()) == [path]


VALUES = st.one_of(
    st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=5), st.booleans(), st.none()
)
TENSORS = st.tuples(
    st.sampled_from([torch.float32, torch.int64, torch.bfloat16]), st.lists(st.integers(0, 3), max_size=3)
)
STATES = st.dictionaries(st.text(max_size=5), st.one_of(VALUES, st.lists(VALUES, max_size=3), TENSORS), max_size=5)


@given(STATES)
def test_what_was_saved_is_what_is_read(plan):
    def made(value):
        is_tensor = isinstance(value, tuple)
        return torch.ones(value[1], dtype=value[0]) if is_tensor else value

    state = {key: made(value) for key, value in plan.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.pt"
        checkpoint.save(path, state)
        found = checkpoint.load(path)
    assert found.keys() == state.keys()
    for key, value in state.items():
        if isinstance(value, torch.Tensor):
            assert found[key].dtype == value.dtype and torch.equal(found[key], value)
        else:
            assert found[key] == value
