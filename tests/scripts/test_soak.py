import torch

from scripts.soak import differences
from util import checkpoint


def run(folder, weight=1.0, log="one\n"):
    folder.mkdir()
    checkpoint.save(folder / "state.pt", {"step": 3, "weight": torch.tensor(weight)})
    checkpoint.save(folder / "latest_net_line.pth", {"weight": torch.tensor(weight)})
    (folder / "log.jsonl").write_text(log)
    return folder


def test_runs_with_the_same_contents_do_not_differ_whatever_their_locks_and_older_states(tmp_path):
    one, other = run(tmp_path / "a"), run(tmp_path / "b")
    (one / ".lock").touch()
    (one / "state-1.pt").touch()
    assert differences(one, other) == []


def test_every_file_that_differs_or_is_missing_is_named(tmp_path):
    one, other = run(tmp_path / "a"), run(tmp_path / "b", weight=2.0, log="two\n")
    (one / "samples").mkdir()
    (one / "samples" / "1.png").touch()
    assert differences(one, other) == ["latest_net_line.pth", "log.jsonl", "samples/1.png", "state.pt"]
