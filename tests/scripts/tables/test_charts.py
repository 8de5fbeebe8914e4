import xml.etree.ElementTree as ET

from scripts.tables.charts import write_charts
from scripts.tables.records import read_run
from tests.helpers.records import psnr, results
from util.charts import COLOURS


def runs(root, **figures):
    return {name: read_run(results(root, name, **of)) for name, of in figures.items()}


def texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("text")]


def test_both_charts_name_the_runs(tmp_path):
    told = write_charts(tmp_path, runs(tmp_path, short={"interval": 2}, long={"interval": 6, "skipped": 28.0}))
    assert [line.split(":")[0] for line in told] == ["chart", "chart"]
    assert {"short", "long", "Shortcut fixed", "reuse"} <= set(texts(tmp_path / "quality_cost.svg"))
    assert {"short", "long"} <= set(texts(tmp_path / "per_distance.svg"))


def test_quality_is_the_one_that_all_runs_have(tmp_path):
    ssim = {"ssim": {"skipped": 0.9, "all": 0.95, "per_distance": {"1": 0.9}}}
    write_charts(tmp_path, runs(tmp_path, a={"quality": {**psnr(30.0), **ssim}}, b={"quality": ssim}))
    assert "SSIM, skipped, against cost" in texts(tmp_path / "quality_cost.svg")


def test_without_a_common_metric_there_is_no_chart_and_no_old_one(tmp_path):
    (tmp_path / "quality_cost.svg").write_text("of other runs")
    told = write_charts(tmp_path, runs(tmp_path, a={}, b={"quality": {}}))
    assert all("no metric in common" in line for line in told) and not list(tmp_path.glob("*.svg"))


def test_there_may_be_more_runs_than_colours(tmp_path):
    many = {f"run{k}": {"skipped": 30.0 + k} for k in range(len(COLOURS) + 1)}
    write_charts(tmp_path, runs(tmp_path, **many))
    assert set(many) <= set(texts(tmp_path / "per_distance.svg"))
