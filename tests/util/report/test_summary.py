from tests.helpers.records import FIGURES
from util.report.summary import of_parts, summary

COSTS = {
    "teacher": {"macs": 70e9, "saving": 1.0, "ms": 1340.04},
    "shortcut": {"macs": 32e9, "saving": 2.1475, "ms": 717.0},
    "reuse": {"macs": 23e9, "saving": 3.0, "ms": 447.0},
}
RECORD = {
    "figures": FIGURES,
    "quality": {"psnr": {"skipped": 30.123, "all": 60.5, "pooled": 31.5}, "ssim": {"skipped": 0.9, "all": 0.95}},
    "baselines": {
        "reuse": {"psnr": {"skipped": 20.0, "all": 50.5, "pooled": 21.0}, "ssim": {"skipped": 0.5, "all": 0.6}},
        "flow_warp": {"psnr": {"skipped": 22.0, "all": None, "pooled": None}, "ssim": {"skipped": 0.6, "all": 0.7}},
    },
    "teacher": {},
    "cost": {"methods": COSTS},
    "runtime": {"refresh": "fixed"},
}
PARTS = {"all": 0.5, "skipped": 0.4, "day": 0.6, "night": None}


def record(**changes):
    return {**RECORD, **changes}


def shown(grid):
    return {method: [cell.text for cell in cells] for method, cells in grid.rows}


def best(grid, column):
    return [method for method, cells in grid.rows if cells[column].best]


def test_methods_are_rows_with_cost_beside_quality():
    table = summary(record())
    assert table.heads == [("G MACs ↓", 1), ("saving ↑", 1), ("ms ↓", 1), ("PSNR dB ↑", 2), ("SSIM ↑", 1)]
    assert table.subheads == ["", "", "", "skipped", "pooled", "skipped"]
    assert table.labels[2:] == ["ms ↓", "PSNR dB ↑ skipped", "PSNR dB ↑ pooled", "SSIM ↑ skipped"]
    assert list(shown(table)) == ["teacher", "Shortcut fixed", "reuse", "flow warp"]
    assert shown(table)["Shortcut fixed"] == ["32.000", "2.15×", "717.0", "30.12", "31.50", "0.9000"]
    assert shown(table)["flow warp"] == ["–", "–", "–", "22.00", "–", "0.6000"]


def test_the_best_beside_the_teacher_is_marked():
    quality = {"flicker": {"all": 0.31}, "ssim": {"skipped": 0.9}}
    baselines = {"reuse": {"flicker": {"all": 0.3}, "ssim": {"skipped": 0.90001}}}
    table = summary(record(quality=quality, baselines=baselines, teacher={"flicker": {"all": 0.1}}))
    assert table.heads[3:] == [("flicker ↓", 1), ("SSIM ↑", 1)]
    assert [best(table, column) for column in range(4)] == [["reuse"], ["reuse"], ["reuse"], ["reuse"]]
    assert best(table, 4) == ["Shortcut fixed", "reuse"]  # what is written alike is as good
    assert shown(table)["teacher"][3:] == ["0.100", "–"]


def test_one_method_alone_and_a_figure_that_nobody_knows_are_no_contest():
    strange = {"quality": {"strange": {"all": 1.0}}, "baselines": {"reuse": {"strange": {"all": 2.0}}}}
    table = summary(record(**strange))
    assert table.heads[-1] == ("strange", 1) and best(table, 3) == []
    alone = summary(record(baselines={}, cost={"methods": {"shortcut": COSTS["shortcut"]}}))
    assert list(shown(alone)) == ["Shortcut fixed"] and not any(best(alone, column) for column in range(6))


def test_a_run_without_costs_of_methods_shows_quality_alone():
    table = summary(record(cost={}))
    assert table.heads[0] == ("PSNR dB ↑", 2) and list(shown(table)) == ["Shortcut fixed", "reuse", "flow warp"]


def test_columns_have_the_shortcuts_order_though_the_teacher_stands_above():
    quality = {**RECORD["quality"], "flicker": {"all": 0.3}}
    table = summary(record(quality=quality, teacher={"flicker": {"all": 0.1}}))
    assert [head for head, _ in table.heads[3:]] == ["PSNR dB ↑", "SSIM ↑", "flicker ↓"]


def test_the_other_shortcut_stands_where_its_refresh_does():
    baselines = {**RECORD["baselines"], "shortcut_fixed": RECORD["quality"]}
    table = summary(record(baselines=baselines, runtime={"refresh": "adaptive"}))
    assert list(shown(table)) == ["teacher", "Shortcut fixed", "Shortcut adaptive", "reuse", "flow warp"]


def test_figures_of_parts_have_a_table_each():
    quality = {**RECORD["quality"], "miou": PARTS, "mp": {"all": 0.9, "skipped": 0.8, "day": 0.95}}
    miou, mp = of_parts(record(quality=quality, teacher={"miou": {**PARTS, "day": 0.7, "snow": 0.1}}))
    assert (miou.title, miou.subheads) == ("mIoU ↑", ["all", "day", "night", "snow"]) and mp.subheads == ["all", "day"]
    assert shown(miou) == {
        "teacher": ["0.5000", "0.7000", "–", "0.1000"],
        "Shortcut fixed": ["0.5000", "0.6000", "–", "–"],
    }
    assert of_parts(RECORD) == []
