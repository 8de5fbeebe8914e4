import csv

import pytest
import torch

from models.evaluation.evaluate import FrameResult
from models.evaluation.metrics import FrameContext, MetricResources
from models.evaluation.record import FrameTable, join_tables, method_cost, run_figures
from models.evaluation.scores import MethodOutput, Scores
from util.report.record import SHORTCUT, TEACHER

MACS = {"teacher": 100, "reference": 110, "skipped": 20}
MS = {kind: {"median": ms, "p95": 99.0} for kind, ms in (("teacher", 50.0), ("reference", 60.0), ("skipped", 10.0))}
X = torch.zeros(1, 3, 8, 8)


def costs(references, others=(), total=4):
    return method_cost(scored(references, others, total), MACS, MS)


def scored(references, others=(), total=4):
    """Scores of `total` frames, the first `references` of them reference frames of all methods but `others`."""
    scores = Scores({}, MetricResources(), [TEACHER, "flow_warp", SHORTCUT, *others])
    for index in range(total):
        renewed = index < references
        shown = {
            SHORTCUT: MethodOutput(X, 0, renewed, ms=7.0),
            "flow_warp": MethodOutput(X, 0, renewed, ms=7.0 if renewed else 2.0),
        }
        shown |= {name: MethodOutput(X, 0, is_reference=True) for name in others}
        scores.add(FrameContext("a", index, X), shown)
    return scores


def test_the_teacher_runs_on_every_frame():
    assert costs(1)[TEACHER] == {"macs": 100, "saving": 1, "ms": 50}


def test_a_shortcut_costs_what_its_frames_were():
    mean = (110 + 3 * 20) / 4
    assert costs(1)[SHORTCUT] == {"macs": mean, "saving": pytest.approx(100 / mean), "ms": (60 + 3 * 10) / 4}


def test_a_baseline_runs_the_teacher_where_the_shortcut_has_references_and_no_network_between():
    assert costs(1)["flow_warp"] == {"macs": 25, "saving": 4, "ms": (50 + 3 * 2) / 4}


def test_another_shortcut_is_counted_with_its_own_references():
    assert costs(1, others=("shortcut_adaptive",))["shortcut_adaptive"]["macs"] == 110


def test_without_skipped_frames_everything_is_the_teacher():
    found = costs(4)
    assert found["flow_warp"] == found[TEACHER] and found[SHORTCUT]["macs"] == 110


def test_the_saving_is_that_of_the_interval_or_of_the_frames_that_were_run():
    given = {"macs": MACS, "saving": {"skipped": 5.0}, "params": {}}
    for interval, mean in ((2, (110 + 20) / 2), (None, (110 + 3 * 20) / 4)):
        figures = run_figures(scored(1), given, MS, interval, {"engine": "eager"})
        assert figures["cost"]["saving"] == {"skipped": 5, "amortised": pytest.approx(100 / mean)}
        assert figures["runtime"] == {"engine": "eager", "interval": interval or 4}
        assert figures["frames"] == {"total": 4, "reference": 1, "skipped": 3}
        assert (figures["quality"], figures["baselines"]) == ({}, {"flow_warp": {}})


FIGURES_OF_A_FRAME = [("teacher", "flicker"), ("shortcut", "psnr"), ("shortcut", "ssim"), ("reuse", "psnr")]


def test_frames_csv_has_one_row_per_frame(tmp_path):
    with FrameTable(tmp_path / "frames.csv", FIGURES_OF_A_FRAME) as frames:
        frames.add("clip, one", FrameResult(0, 0, 1.23456, X, X, is_reference=True))
        scores = {"shortcut": {"psnr": 30.1234567, "ssim": 0.9}, "reuse": {"psnr": 20.0}, "teacher": {"flicker": 1.5}}
        frames.add("clip, one", FrameResult(1, 1, 2.0, X, X, scores=scores))
    rows = list(csv.reader((tmp_path / "frames.csv").open(newline="")))
    assert rows == [
        [
            "clip",
            "frame",
            "distance",
            "reference",
            "ms",
            "teacher_flicker",
            "shortcut_psnr",
            "shortcut_ssim",
            "reuse_psnr",
        ],
        ["clip, one", "0", "0", "1", "1.235", "", "", "", ""],
        ["clip, one", "1", "1", "0", "2.000", "1.5", "30.1235", "0.9", "20"],
    ]


def test_tables_of_processes_that_took_turns_become_one_in_the_order_of_the_clips(tmp_path):
    clips, lengths = ["b, 1", "a", "empty", "c", "d"], [2, 1, 0, 2, 1]
    tables = [tmp_path / f"frames.csv.{rank}" for rank in range(2)]
    for rank, table in enumerate(tables):
        with FrameTable(table, []) as rows:
            for clip, length in list(zip(clips, lengths, strict=True))[rank::2]:
                for index in range(length):
                    rows.add(clip, FrameResult(index, 0, 1.0, X, X))
    join_tables(tables, clips, tmp_path / "frames.csv")
    rows = list(csv.reader((tmp_path / "frames.csv").open(newline="")))
    assert rows[0][:2] == ["clip", "frame"] and not any(table.exists() for table in tables)
    expected = [(clip, str(n)) for clip, length in zip(clips, lengths, strict=True) for n in range(length)]
    assert [(row[0], row[1]) for row in rows[1:]] == expected


def test_rows_are_on_disk_before_the_run_ends(tmp_path):
    with FrameTable(tmp_path / "frames.csv", [("shortcut", "psnr")]) as frames:
        frames.add("a", FrameResult(0, 0, 1.0, X, X))
        assert len((tmp_path / "frames.csv").read_text().splitlines()) == 2
