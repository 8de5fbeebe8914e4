"""The flags of an export: the model's own values, and what is wrong told at once."""

import pytest

from options.export_options import ExportOptions
from tests.helpers.runs import ROOT


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_model_brings_its_teacher_and_its_hold():
    opt = ExportOptions().parse(["-o", "graphs", "--model", "demo_l2v"])
    assert opt.main_G_path.endswith("demo_l2v/latest_net_G_B.pth") and (opt.hold, opt.max_interval) == (0.2, 3)
    assert opt.run_dir == ROOT / "checkpoints" / "demo_l2v" and opt.size is None


def test_what_is_wrong_is_told_together(capsys):
    with pytest.raises(SystemExit):
        ExportOptions().parse(["--model", "demo_vtoonify", "--size", "100x64"])
    told = capsys.readouterr().err
    assert "-o is missing" in told and "--size must be multiples of 8, got 100x64" in told
