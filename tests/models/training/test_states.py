import os

import pytest
import torch

from models.training import states
from util import checkpoint


def save(folder, *steps, keep=3):
    for step in steps:
        states.save(folder, {"step": step, "weight": torch.full((3,), float(step))}, keep)


def steps(folder):
    return {path.name: checkpoint.load(path)["step"] for path in states.found(folder)}


def damage(path):
    data = path.read_bytes()
    at = data.index(torch.full((3,), float(checkpoint.load(path)["step"])).numpy().tobytes())
    path.write_bytes(data[:at] + b"\0\0\0\0" + data[at + 4 :])


def test_the_newest_states_are_kept_and_no_more(tmp_path):
    save(tmp_path, 1, 2, 3, 4, 5)
    assert steps(tmp_path) == {"state.pt": 5, "state-1.pt": 4, "state-2.pt": 3}
    save(tmp_path, 6, keep=2)
    assert steps(tmp_path) == {"state.pt": 6, "state-1.pt": 5}
    save(tmp_path, 7, keep=1)
    assert steps(tmp_path) == {"state.pt": 7} and os.listdir(tmp_path) == ["state.pt"]


def test_no_state_is_none(tmp_path):
    assert states.load(tmp_path) == (None, [])


@pytest.mark.parametrize(
    "harm", [damage, lambda path: path.write_bytes(path.read_bytes()[:50]), lambda path: path.write_text("")]
)
def test_where_the_newest_is_damaged_the_one_before_it_is_taken_and_that_is_said(tmp_path, harm):
    save(tmp_path, 1, 2)
    harm(tmp_path / "state.pt")
    state, notes = states.load(tmp_path)
    assert state["step"] == 1 and len(notes) == 1
    assert "state.pt is damaged" in notes[0] and "going on from state-1.pt before it" in notes[0]


def test_a_kill_between_two_names_leaves_the_state_before(tmp_path):
    save(tmp_path, 1, 2)
    (tmp_path / "state.pt").unlink()
    assert states.load(tmp_path)[0]["step"] == 1


def test_where_every_state_is_damaged_each_is_named(tmp_path):
    save(tmp_path, 1, 2)
    for path in states.found(tmp_path):
        damage(path)
    with pytest.raises(ValueError, match="state.pt is damaged: .*; .*state-1.pt is damaged"):
        states.load(tmp_path)


def test_a_save_that_fails_leaves_all_older_states(tmp_path):
    save(tmp_path, 1, 2)
    with pytest.raises(Exception, match="pickle"):
        states.save(tmp_path, {"step": 3, "bad": lambda: 0}, 3)
    assert steps(tmp_path) == {"state.pt": 2, "state-1.pt": 1} and len(os.listdir(tmp_path)) == 2


def test_a_state_without_a_digest_is_of_an_older_version(tmp_path):
    checkpoint.save(tmp_path / "state.pt", {"step": 1})
    assert states.load(tmp_path) == ({"step": 1}, [])


def test_a_newer_format_is_not_taken_for_damage(tmp_path):
    save(tmp_path, 1)
    states.save(tmp_path, {"step": 2, "format": 2, "version": "99.0"}, 3)
    with pytest.raises(ValueError, match="the training state has format 2, written by version 99.0"):
        states.load(tmp_path)
