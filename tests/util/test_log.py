import json
import math
import sys
import warnings

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from util import log


def test_the_status_line_shows_the_total_first():
    losses = {"distill": 0.70012, "output": 0.1122, "total": 0.8123}
    expected = "step    200/100000  total 0.8123  distill 0.7001  output 0.1122  3.1 it/s"
    assert log.status(200, 100000, losses, 3.1) == expected


def test_records_are_appended_as_strict_json_lines(tmp_path):
    log.append(tmp_path / "log.jsonl", step=1, loss=0.5)
    log.append(tmp_path / "log.jsonl", step=2, loss=math.nan)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    records = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert records == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": None}]


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_cutting_drops_what_came_later_and_what_was_cut_short(tmp_path):
    path = tmp_path / "log.jsonl"
    log.cut(path, 2)
    assert not path.exists()
    for step in (1, 2, 3):
        log.append(path, step=step)
    path.open("a").write('{"step": 1, "lo')
    log.cut(path, 2)
    assert records(path) == [{"step": 1}, {"step": 2}]


def test_where_the_size_is_known_it_decides(tmp_path):
    path = tmp_path / "log.jsonl"
    log.append(path, step=7)
    size = path.stat().st_size
    log.append(path, step=1)
    log.cut(path, 2, size)
    assert records(path) == [{"step": 7}]
    log.cut(path, 2, 10 * size)
    assert records(path) == [{"step": 7}]


@pytest.mark.parametrize("line", [b"no json", b"[1]", b"{}", b'{"step": null}', b"\xff\xfe"])
def test_a_log_of_another_kind_is_refused_and_kept(tmp_path, line):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"step": 1}\n' + line + b"\n")
    with pytest.raises(ValueError, match="line 2 of .*log.jsonl is no record of a training"):
        log.cut(path, 2)
    assert path.read_bytes().endswith(line + b"\n")


def test_curves_that_cannot_be_written_are_one_warning(tmp_path):
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="no more curves for TensorBoard in .*file/tb"):
        curves = log.Scalars(tmp_path / "file" / "tb")
    with warnings.catch_warnings(action="error") if sys.version_info >= (3, 11) else warnings.catch_warnings():
        curves.scalars(1, {"loss": 1.0})
        curves.image(1, "grid", torch.zeros(3, 4, 4))
        curves.close()


def test_a_picture_that_tensorboard_cannot_take_ends_the_curves_and_not_the_training(tmp_path):
    curves = log.Scalars(tmp_path / "tb")
    with pytest.warns(UserWarning, match="no more curves"):
        curves.image(1, "grid", torch.zeros(7))
    curves.scalars(2, {"loss": 1.0})


def test_scalars_and_pictures_reach_tensorboard(tmp_path):
    curves = log.Scalars(tmp_path / "tb")
    curves.scalars(3, {"loss/total": 0.5, "psnr": 30.0})
    curves.image(3, "grid", torch.linspace(-2, 2, 3 * 4 * 8).view(3, 4, 8))
    curves.close()
    events = EventAccumulator(str(tmp_path / "tb")).Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss/total")] == [(3, 0.5)]
    assert [(e.width, e.height) for e in events.Images("grid")] == [(8, 4)]


def test_a_resumed_run_hides_what_it_does_again(tmp_path):
    assert curve_of_two_runs(tmp_path, second_has_done=2) == [(1, 1.0), (2, 1.0), (3, 5.0), (4, 5.0)]


def test_a_new_run_hides_all_of_an_old_one(tmp_path):
    assert curve_of_two_runs(tmp_path, second_has_done=0) == [(step, 5.0) for step in (1, 2, 3, 4)]


def curve_of_two_runs(folder, second_has_done):
    for done, value in ((0, 1.0), (second_has_done, 5.0)):
        curves = log.Scalars(folder, done)
        for step in range(done + 1, 5):
            curves.scalars(step, {"loss": value})
        curves.close()
    return [(e.step, e.value) for e in EventAccumulator(str(folder)).Reload().Scalars("loss")]


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    curves = log.Scalars(None)
    curves.scalars(1, {"loss": 1.0})
    curves.image(1, "grid", torch.zeros(3, 4, 4))
    curves.close()
    assert not list(tmp_path.iterdir())


def test_facts_line_up_and_large_numbers_can_be_read():
    shown = log.facts({"device": "cpu", "parameters": {"teacher": 7838000, "block": 12}, "steps": 1500})
    assert shown.splitlines() == [
        "  device      cpu",
        "  parameters  teacher 7,838,000, block 12",
        "  steps       1,500",
    ]


def test_no_line_is_said_twice():
    said = []
    tell = log.once(said.append)
    for line in ("it is HDR", "it is interlaced", "it is HDR"):
        tell(line)
    assert said == ["it is HDR", "it is interlaced"]
