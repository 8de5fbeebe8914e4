"""test.py: when reference frames come, and the threshold that a fit has left."""

import json
from pathlib import Path

import pytest

from models.shortcut.checkpoint import from_checkpoint
from tests.helpers.programs import record_of, refused, run_test, translated
from tests.helpers.runs import translation
from util import checkpoint


def test_an_adaptive_refresh_is_counted_as_it_came(trained):
    flags = ["--refresh", "adaptive", "--refresh_threshold", "50", "--max_interval", "4"]
    record, rows = translated(trained, "adaptive", *flags)
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["runtime"]["refresh_threshold"] == 50 and record["runtime"]["interval"] == 3
    macs, saving = record["cost"]["macs"], record["cost"]["saving"]
    assert saving["amortised"] == pytest.approx(6 * macs["teacher"] / (2 * macs["reference"] + 4 * macs["skipped"]))
    restless, _ = translated(trained, "restless", *flags[:2], "--refresh_threshold", "0.0001")
    assert restless["frames"]["reference"] == 6


def test_a_spread_refresh_shows_predictions_from_older_references(trained):
    record, rows = translated(trained, "spread", "--refresh_mode", "spread", "--max_interval", "2")
    assert [row["distance"] for row in rows] == ["0", "1", "2", "1", "2", "1"]
    assert record["frames"] == {"total": 6, "reference": 3, "skipped": 3}
    macs = record["cost"]["macs"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"] + macs["block"]


def fitted(trained, **changes):
    """A file as scripts/fit_refresh.py writes it, for the trained block."""
    block_id = record_of(trained)["checkpoints"]["shortcut"]
    record = {"threshold": 50.0, "max_interval": 9, "shortcut_fingerprint": block_id} | changes
    (trained / "runs" / "tiny" / "latest_refresh.json").write_text(json.dumps(record))


def test_an_interval_is_that_of_the_refresh_it_was_given_with(trained):
    run_test(translation(trained))
    fitted(trained)
    both = ["--methods", "teacher,fixed,adaptive"]
    record, rows = translated(trained, "fixed2", *both, "--max_interval", "2")
    assert [row["distance"] for row in rows] == ["0", "1", "0", "1", "0", "1"]
    assert record["baselines"]["shortcut_adaptive"]["psnr"]["per_distance"].keys() == {"1", "2", "3", "4", "5"}
    record, rows = translated(trained, "adaptive4", *both, "--refresh", "adaptive", "--max_interval", "4")
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["baselines"]["shortcut_fixed"]["psnr"]["per_distance"].keys() == {"1", "2"}
    (trained / "runs" / "tiny" / "latest_refresh.json").unlink()


def test_a_fitted_threshold_is_found_beside_the_checkpoint(trained):
    run_test(translation(trained))
    fitted(trained)
    record, _ = translated(trained, "fitted", "--refresh", "adaptive")
    assert record["runtime"]["refresh_threshold"] == 50 and record["runtime"]["max_interval"] == 9
    record, _ = translated(trained, "fitted", "--refresh", "adaptive", "--max_interval", "4")
    assert record["runtime"]["max_interval"] == 4
    for wrong in ({"threshold": "0.3"}, {"threshold": None}, {"max_interval": "12"}):
        fitted(trained, **wrong)
        assert "holds no refresh threshold" in refused(translation(trained, "--refresh", "adaptive"))
    fitted(trained, shortcut_fingerprint="x")
    assert "was fitted for another block (x)" in refused(translation(trained, "--refresh", "adaptive"))
    (trained / "runs" / "tiny" / "latest_refresh.json").unlink()
    assert "run `bash scripts/fit_refresh.sh`, or" in refused(translation(trained, "--refresh", "adaptive"))


def test_the_demo_has_a_threshold_of_its_own_shortcut():
    demo = Path(__file__).resolve().parents[2] / "checkpoints" / "demo_v2c"
    state = checkpoint.load(demo / "latest_net_ShortcutV2V.pth")
    weights = from_checkpoint(state, state["teacher"], state["split"], {})
    fitted = json.loads((demo / "latest_refresh.json").read_text())
    assert fitted["shortcut_fingerprint"] == checkpoint.fingerprint(weights.state_dict())
