from tests.helpers.records import FIGURES
from util.report.text import table


def figures(skipped, every, first, second, **more):
    return {"skipped": skipped, "all": every, **more, "per_distance": {"1": first, "10": second}}


def cost(macs, saving, ms):
    return {"macs": macs, "saving": saving, "ms": ms}


RECORD = {
    "figures": FIGURES,
    "quality": {
        "psnr": figures(30.123, 31.5, 31.0, 29.0, pooled=31.5),
        "ssim": figures(0.9, 0.95, 0.91, 0.89),
        "warp_error": figures(0.5, 0.25, 0.1, 0.1),
    },
    "teacher": {"warp_error": figures(0.0001234, 0.0002, 0.1, 0.1)},
    "baselines": {
        "reuse": {"psnr": figures(20.0, 21.5, 21.0, 19.0), "ssim": figures(0.5, 0.6, 0.55, 0.45)},
        "flow_warp": {"psnr": figures(22.0, None, 23.0, 21.0), "ssim": figures(0.6, 0.7, 0.65, 0.55)},
    },
    "cost": {
        "macs": {
            "teacher": 70_110_000_000,
            "head": 3_650_000_000,
            "body": 62_810_000_000,
            "tail": 3_650_000_000,
            "block": 6_620_000_000,
            "skipped": 13_920_000_000,
            "reference": 70_110_000_000,
        },
        "saving": {"skipped": 5.0366, "amortised": 2.1475},
        "params": {"teacher": 7_838_000, "skipped": 1_234_567},
        "methods": {
            "teacher": cost(70_110_000_000, 1.0, 1340.04),
            "reuse": cost(23_370_000_000, 3.0, 446.7),
            "flow_warp": cost(23_370_000_000, 3.0, 450.0),
            "shortcut": cost(32_650_000_000, 2.1475, 716.7),
        },
    },
    "latency_ms": {
        "teacher": {"median": 1340.04, "p95": 1610.0},
        "reference": {"median": 1350.0, "p95": 1620.0},
        "skipped": {"median": 400.0, "p95": 444.44},
    },
    "options": {"max_interval": 3},
    "runtime": {
        "engine": "eager",
        "dtype": "float32",
        "deform_backend": "cpu",
        "refresh": "fixed",
        "refresh_threshold": None,
        "refresh_mode": "whole",
        "max_interval": 3,
        "interval": 3,
    },
    "peak_memory_mb": 812.4,
}


def lines(record=RECORD):
    return {tuple(line.split()) for line in table(record).splitlines()}


def row(text):
    return tuple(text.split())


def test_each_method_is_a_row_with_cost_beside_quality():
    shown = lines()
    assert row("mean of a frame MACs saving ms PSNR dB ↑ PSNR dB ↑ SSIM ↑ warp err ↓") in shown
    assert row("skipped pooled skipped all") in shown
    assert row("teacher 70.110 G 1.00x 1340.0 - - - 0.000200") in shown
    assert row("flow warp 23.370 G 3.00x 450.0 22.00 - 0.6000 -") in shown
    assert row("Shortcut fixed 32.650 G 2.15x 716.7 30.12 31.50 0.9000 0.250000") in shown


def test_each_distance_has_a_row_with_every_method():
    shown = lines()
    assert row("per distance PSNR dB SSIM") in shown
    assert row("Shortcut fixed reuse flow warp Shortcut fixed reuse flow warp") in shown
    assert row("distance 1 31.00 21.00 23.00 0.9100 0.5500 0.6500") in shown
    assert row("distance 10 29.00 19.00 21.00 0.8900 0.4500 0.5500") in shown
    assert row("skipped frames 30.12 20.00 22.00 0.9000 0.5000 0.6000") in shown


def test_a_figure_that_is_missing_is_a_dash():
    assert row("all, PSNR pooled 31.50 21.50 - 0.9500 0.6000 0.7000") in lines()


def test_metrics_that_do_not_fit_beside_each_other_get_a_table_of_their_own():
    more = {"shortcut_adaptive": RECORD["quality"]}
    shown = table({**RECORD, "baselines": {**RECORD["baselines"], **more}})
    assert shown.count("per distance") == 2
    assert all(len(line) <= 120 for line in shown.splitlines())


def test_cost_latency_and_memory_are_shown():
    shown = lines()
    for row in (
        "MACs body 62.810 G",
        "MACs skipped frame 13.920 G",
        "saving per skipped frame 5.04x",
        "saving amortised at interval 3 2.15x",
        "parameters teacher 7.838 M",
        "parameters on skipped frames 1.235 M",
        "teacher 1340.0 1610.0",
        "skipped 400.0 444.4",
        "run: eager, float32, deformable convolution cpu; refresh fixed, whole, at most every 3 frames",
        "peak memory 812 MiB",
    ):
        assert tuple(row.split()) in shown


def test_rows_have_the_order_of_all_tables_whatever_that_of_the_record():
    costs = dict(reversed(RECORD["cost"]["methods"].items())) | {"shortcut_adaptive": cost(1, 1.0, 1.0)}
    shown = table({**RECORD, "cost": {**RECORD["cost"], "methods": costs}}).splitlines()[3:8]
    names = [line[:17].strip() for line in shown]
    assert names == ["teacher", "Shortcut fixed", "Shortcut adaptive", "reuse", "flow warp"]


def test_interpolation_and_matching_stand_beside_the_macs_where_there_are_any():
    assert "interpolation" not in table(RECORD)
    macs = {**RECORD["cost"]["macs"], "extra": 125_000_000}
    shown = lines({**RECORD, "cost": {**RECORD["cost"], "macs": macs}})
    assert row("besides: interpolation, matching 0.125 G") in shown and row("MACs skipped frame 13.920 G") in shown


def test_whole_videos_stand_under_the_single_frames():
    ms = {"shortcut": {"median": 20.0, "p95": 21.0}, "teacher": {"median": 40.0, "p95": 44.0}}
    shown = table({**RECORD, "verdict": {"streams": {"ms": ms}}})
    assert {row("whole video, teacher 40.0 44.0"), row("whole video, Shortcut fixed 20.0 21.0")} <= {
        tuple(line.split()) for line in shown.splitlines()
    }


def test_an_adaptive_refresh_shows_its_threshold_and_the_interval_that_came_out():
    runtime = {**RECORD["runtime"], "refresh": "adaptive", "refresh_threshold": 0.25, "interval": 5.4321}
    shown = lines({**RECORD, "runtime": runtime})
    assert tuple("saving amortised at interval 5.432 2.15x".split()) in shown
    assert any("adaptive at 0.25, whole" in " ".join(line) for line in shown)


def test_columns_line_up():
    methods, distances = (block.splitlines() for block in table(RECORD).split("\n\n")[:2])
    assert len({len(line) for line in (*methods[1:], methods[0])}) == 1
    assert len({len(line) for line in distances[1:]}) == 1
    assert all(len(line) <= 120 for line in table(RECORD).splitlines())


def test_without_a_comparison_only_the_shortcut_and_its_cost_are_shown():
    costs = {**RECORD["cost"], "methods": {"shortcut": cost(32_650_000_000, 2.1475, 716.7)}}
    alone = {**RECORD, "quality": {}, "teacher": {}, "baselines": {}, "cost": costs, "peak_memory_mb": None}
    shown = lines(alone)
    assert row("Shortcut fixed 32.650 G 2.15x 716.7") in shown and row("teacher 1340.0 1610.0") in shown
    assert not any(line[:2] in (("peak", "memory"), ("per", "distance")) for line in shown)
