import json

import pytest

from models.evaluation.metrics import METRICS
from models.evaluation.metrics.image import Psnr
from models.evaluation.metrics.temporal import WarpError
from scripts.tables.records import cost_of, main_value, read_run
from tests.helpers.records import record, results
from util.report.record import figures_shown


def test_a_run_is_named_by_its_folder_or_its_file(tmp_path):
    folder = results(tmp_path, "a", skipped=31.0)
    by_folder, by_file = read_run(folder), read_run(folder / "metrics.json")
    assert by_folder == by_file and by_folder.record["quality"]["psnr"]["skipped"] == 31.0


def test_a_missing_run_is_refused_with_those_near_it(tmp_path):
    folder = results(tmp_path, "a")
    with pytest.raises(
        FileNotFoundError, match=r"no .*metrics\.json; expected a folder that test\.py finished"
    ) as error:
        read_run(tmp_path)
    assert str(folder) in str(error.value)


@pytest.mark.parametrize("text", ["{", "[1]", '{"loss": 1}', b"\xff\xfe\x00"])
def test_a_foreign_file_is_named(text, tmp_path):
    (tmp_path / "other.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=r"other\.json is not a metrics\.json of test\.py"):
        read_run(tmp_path / "other.json")


def test_an_old_file_is_refused_with_what_it_lacks(tmp_path):
    old = record()
    del old["machine"], old["cost"]["params"]
    (tmp_path / "metrics.json").write_text(json.dumps(old))
    with pytest.raises(ValueError, match=r"lacks machine, cost\.params; run the test again"):
        read_run(tmp_path)


def test_distances_to_the_teacher_are_compared_on_skipped_frames_and_others_on_all(tmp_path):
    values = {"all": 60.0, "skipped": 30.0}
    shown = figures_shown({**read_run(results(tmp_path, "a")).record, "quality": dict.fromkeys(METRICS, values)})
    on_skipped = {
        name for name in ("psnr", "ssim", "lpips", "warp_error", "tlp") if main_value(shown[name], values) == 30
    }
    assert on_skipped == {"psnr", "ssim", "lpips"} and main_value(shown["warp_error"], values) == 60
    assert main_value(shown["psnr"], {"all": 60.0, "skipped": None}) is None and main_value(shown["fvd"], {}) is None


def test_a_run_keeps_its_labels_and_an_older_one_gets_those_of_the_metrics(tmp_path):
    own = {"psnr": {"label": "of its own", "better": "", "digits": 1, "frames": ["all"]}}
    assert figures_shown(read_run(results(tmp_path, "new", figures=own)).record)["psnr"].label == "of its own"
    older = figures_shown(read_run(results(tmp_path, "older")).record)
    assert older["psnr"] == Psnr.figure and older["warp_error"] == WarpError.figure


def test_costs_are_as_recorded_and_those_of_an_older_run_follow_from_its_saving():
    run = record(interval=3)
    assert cost_of(run, "reuse") == {"macs": 4e9, "saving": 2.5, "ms": 3.0}
    assert cost_of(run, "shortcut")["macs"] == pytest.approx(6e9)  # (10 + 4 + 4) / 3
    del run["cost"]["methods"]
    assert cost_of(run, "teacher") == {"macs": 10_000_000_000, "saving": 1.0, "ms": None}
    assert cost_of(run, "reuse") == {"macs": None, "saving": None, "ms": None}
