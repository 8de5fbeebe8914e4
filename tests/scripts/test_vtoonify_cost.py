import pytest
import torch

from models.evaluation.cost import count_macs
from scripts import vtoonify_cost
from scripts.vtoonify_cost_table import markdown

PUBLISHED = 229.53e9  # MACs of the dualstylegan backbone


@pytest.fixture(scope="module")
def case():
    with torch.device("meta"):
        return vtoonify_cost.case("dualstylegan", "A", 64, torch.zeros(1, 3, 256, 256))


def test_a_skipped_frame_saves_what_the_project_is_about(case):
    macs, saving = case["macs"], case["saving"]
    assert macs["teacher"] == pytest.approx(PUBLISHED, rel=1e-3)
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"]
    assert saving["skipped"] > 4.9
    assert saving["amortised"] == pytest.approx(macs["teacher"] * 3 / (macs["reference"] + 2 * macs["skipped"]))


def test_the_steps_are_the_whole_teacher():
    with torch.device("meta"):
        whole, x = vtoonify_cost.teacher("toonify", "B"), torch.zeros(1, 3, 64, 64)
        steps = vtoonify_cost.step_macs(whole, x)
        assert sum(steps.values()) == count_macs(whole, x)


def test_the_table_adds_the_parsing_to_every_frame_or_to_reference_frames(case):
    parsing = {"macs": int(13e9), "params": 13_000_000}
    record = {"command": "x", "size": 256, "interval": 3, "parsing": parsing, "cases": [case], "latency_ms": {}}
    record["memory"] = {"size": 400, "weights_mb": 900.4, "beyond_mb": 850.2}
    steps = {"dualstylegan": {"head": 2, "rest": 3}}
    rows = [line for line in markdown({**record, "steps": steps}).splitlines() if line.startswith("| dualstylegan, A")]
    macs = case["macs"]
    whole, skipped = macs["teacher"] + 13e9, macs["skipped"]
    for saved in (whole / (skipped + 13e9), whole / skipped):
        assert f" {saved:.2f}× |" in rows[1]
    assert "400×400 px: 850 MiB at most beyond the 900 MiB" in markdown({**record, "steps": steps})
