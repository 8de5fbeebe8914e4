import json
import math

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from util import log


def test_the_status_line_shows_the_total_first():
    losses = {"distill": 0.70012, "output": 0.1122, "total": 0.8123}
    expected = "step    200/100000  total 0.8123  distill 0.7001  output 0.1122  3.1 it/s"
    assert log.status(200, 100000, losses, 1 / 3.1) == expected


def test_records_are_appended_as_strict_json_lines(tmp_path):
    log.append(tmp_path / "log.jsonl", step=1, loss=0.5)
    log.append(tmp_path / "log.jsonl", step=2, loss=math.nan)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    records = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    assert records == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": None}]


def test_scalars_and_pictures_reach_tensorboard(tmp_path):
    curves = log.Scalars(tmp_path / "tb")
    curves.scalars(3, {"loss/total": 0.5, "psnr": 30.0})
    curves.image(3, "grid", torch.linspace(-2, 2, 3 * 4 * 8).view(3, 4, 8))
    curves.close()
    events = EventAccumulator(str(tmp_path / "tb")).Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss/total")] == [(3, 0.5)]
    assert [(e.width, e.height) for e in events.Images("grid")] == [(8, 4)]


def test_a_resumed_run_hides_what_it_does_again(tmp_path):
    for start, value in ((0, 1.0), (2, 5.0)):
        curves = log.Scalars(tmp_path, start_step=start)
        for step in range(start, 4):
            curves.scalars(step, {"loss": value})
        curves.close()
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss")] == [(0, 1.0), (1, 1.0), (2, 5.0), (3, 5.0)]


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
