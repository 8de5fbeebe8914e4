import csv
import math

import pytest
import torch

from models.evaluation.metrics import FrameContext, MetricResources
from models.evaluation.metrics.image import Psnr
from models.evaluation.refresh_fit.curve import Point, comparison, point, read_csv, write_csv

MACS = {"teacher": 100, "reference": 110, "skipped": 20}


def made(setting, macs=50.0, pooled=35.0, policy="adaptive"):
    return Point(policy, setting, macs, 100 / macs, 0.3, 33.0, pooled)


def test_a_point_counts_what_every_frame_costs():
    found = point("fixed", 4, [30.0, 30.0, 30.0], 1, MACS)
    assert found.amortised_macs == (110 + 3 * 20) / 4 and found.refresh_share == 0.25
    assert found.saving == pytest.approx(400 / 170)
    assert found.psnr == pytest.approx(30) and found.pooled_psnr == pytest.approx(30 + 10 * math.log10(4 / 3))


def test_pooled_psnr_is_the_one_that_a_translation_reports():
    images = torch.rand(2, 1, 3, 16, 24, generator=torch.Generator().manual_seed(0)) * 2 - 1
    metric, scene = Psnr(MetricResources()), FrameContext("clip", 0, images[0])
    psnr = metric.update(scene, images[0], images[0] * 0.9, 1)["psnr"]
    metric.update(scene, images[1], images[1], 0)
    pooled = metric.compute()["psnr"]["pooled"]
    assert point("fixed", 2, [psnr], 1, MACS).pooled_psnr == pytest.approx(pooled)


def test_without_skipped_frames_nothing_is_lost():
    found = point("fixed", 1, [], 5, MACS)
    assert found.psnr is None and found.pooled_psnr == math.inf and found.amortised_macs == 110


def test_rows_have_the_fields_of_a_point_and_no_infinity(tmp_path):
    write_csv(tmp_path / "c.csv", [made(3, policy="fixed"), point("adaptive", 0.01, [], 5, MACS)])
    first, second = csv.DictReader((tmp_path / "c.csv").open())
    assert (first["policy"], first["setting"], first["amortised_macs"]) == ("fixed", "3", "50")
    assert second["psnr"] == second["pooled_psnr"] == ""


def test_the_comparison_says_what_is_gained():
    rival, dearer, cheaper = made(3, policy="fixed"), made(0.2, 50.0, 36.5), made(0.4, 40.0, 35.0)
    shown = comparison(rival, dearer, cheaper, cheaper)
    assert "at equal cost: +1.50 dB" in shown and "at equal PSNR: 20.0% less" in shown


def test_the_comparison_leaves_out_what_no_threshold_reaches():
    shown = comparison(made(3, policy="fixed"), None, None, made(0.25)).splitlines()
    assert len(shown) == 4 and shown[2].startswith("fixed interval 3") and shown[3].startswith("adaptive, chosen")


def test_a_point_takes_the_mean_time_of_its_frames():
    assert point("fixed", 4, [30.0, 30.0, 30.0], 1, MACS, {"reference": 60.0, "skipped": 10.0}).ms == (60 + 3 * 10) / 4


def test_what_is_written_can_be_read_and_so_can_a_file_without_times(tmp_path):
    points = [point("fixed", 1, [], 5, MACS), point("adaptive", 0.5, [30.0], 1, MACS, {"reference": 6, "skipped": 1})]
    write_csv(tmp_path / "c.csv", points)
    first, second = read_csv(tmp_path / "c.csv")
    assert first.pooled_psnr == math.inf and first.psnr is first.ms is None
    assert second.ms == 3.5 and second.psnr == pytest.approx(30)
    old = [line.rpartition(",")[0] for line in (tmp_path / "c.csv").read_text().splitlines()]
    (tmp_path / "old.csv").write_text("\n".join(old))
    assert [p.ms for p in read_csv(tmp_path / "old.csv")] == [None, None]
