import json

import pytest

from scripts.benchmark_training.__main__ import main, parse

TINY = ["--size", "32", "16", "--batch", "2", "--width", "4", "--steps", "1", "--gpu_ids", "-1"]


def test_a_table_and_a_record_hold_every_row_beside_the_published_way(tmp_path, capsys):
    main([*TINY, "--rows", "published;bf16, 2 parts", "--out", str(tmp_path / "new" / "found.json")])
    shown = capsys.readouterr().out
    assert "| published " in shown and "| bf16, 2 parts " in shown
    record = json.loads((tmp_path / "new" / "found.json").read_text())
    assert record["asked"]["batch"] == 2 and record["machine"]["torch"]
    for figures in record["rows"].values():
        assert all(figures[name] > 0 for name in ("step_images_per_s", "read_ms_per_frame", "images_per_s"))
        assert 0 < figures["waiting_share"] < 1


@pytest.mark.parametrize(
    ("flags", "problem"),
    [(["--rows", "fp8"], "--rows fp8: none of published"), (["--batch", "0"], "must be at least 1")],
)
def test_wrong_flags_are_refused(flags, problem, capsys):
    with pytest.raises(SystemExit):
        parse(flags)
    assert problem in capsys.readouterr().err
