import pytest
import torch

from util.run_folder import RunFolder


def test_a_new_run_begins_without_state(tmp_path):
    assert RunFolder(tmp_path / "run", {"lr": 1.0}).begin(resume=True, restart=False) is None


def test_a_run_goes_on_where_it_was_saved(tmp_path):
    folder = RunFolder(tmp_path, {"lr": 1.0})
    folder.save(step=7, trainer={"weight": torch.ones(2)})
    state = folder.begin(resume=True, restart=False)
    assert state["step"] == 7 and torch.equal(state["trainer"]["weight"], torch.ones(2))


def test_an_existing_run_is_not_overwritten_unasked(tmp_path):
    folder = RunFolder(tmp_path, {})
    folder.save(step=7)
    with pytest.raises(FileExistsError, match="--continue_train.*--restart"):
        folder.begin(resume=False, restart=False)
    assert folder.begin(resume=False, restart=True) is None


def test_changed_settings_are_refused_each_by_name(tmp_path):
    RunFolder(tmp_path, {"lr": 1.0, "seed": 0, "flip": True}).save(step=1)
    with pytest.raises(ValueError, match="lr: started with 1.0, now 2.0\n  seed: started with 0, now 3"):
        RunFolder(tmp_path, {"lr": 2.0, "seed": 3, "flip": True}).begin(resume=True, restart=False)
