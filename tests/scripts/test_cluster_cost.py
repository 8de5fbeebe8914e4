import pytest

from scripts.cluster_cost import Cost, main, table
from tests.helpers.runs import distil

COST = Cost(0.01, 0.02, 0.005, reduced_bytes=8 * 10**6, calls=4, bytes_per_s=1e9, latency_s=1e-4)


def test_one_process_computes_or_waits_for_data_and_exchanges_nothing():
    assert COST.step_s(4, 1) == pytest.approx(0.01 + 4 * 0.02)
    slow = Cost(0.01, 0.02, 0.1, COST.reduced_bytes, 4, 1e9, 1e-4)
    assert slow.step_s(4, 1) == pytest.approx(4 * 0.1)


def test_an_all_reduce_sends_nearly_twice_the_bytes_and_waits_for_every_call():
    assert COST.exchange_s(4) == pytest.approx(4 * 4 * 1e-4 + 1.5 * 8e6 / 1e9)
    assert COST.step_s(1, 4) == pytest.approx(0.03 + COST.exchange_s(4))


def test_a_batch_that_cannot_be_shared_equally_has_no_figure():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table(COST, 4).splitlines()[2:]]
    assert [row[0] for row in rows] == ["1", "2", "4", "8", "16", "32", "64"]
    assert rows[2][1] == "43.6" and rows[3][1] == rows[3][2] == "-" and float(rows[6][4]) > float(rows[0][4])


def test_it_measures_a_training_and_says_that_the_rest_is_a_model(tmp_path, capsys):
    assert main(["--steps", "1", "--", *distil(tmp_path, "--batchSize", "2", "--val_clips", "0")]) == 0
    shown = capsys.readouterr().out
    assert "all-reduce of " in shown and "in 8 calls" in shown and "a model, not a measurement" in shown
    assert not (tmp_path / "runs").exists()
