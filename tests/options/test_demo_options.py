"""The flags of the live page."""

import pytest

from options.demo_options import DemoOptions


def test_without_flags_the_default_demo_is_chosen_and_the_port_free():
    opt = DemoOptions().parse([])
    assert (opt.model, opt.port, opt.max_frames, opt.checkpoints_dir) == ("demo_v2c", None, 300, "./checkpoints")


def test_what_is_wrong_is_told_together(capsys):
    with pytest.raises(SystemExit):
        DemoOptions().parse(["--port", "70000", "--max_side", "8"])
    told = capsys.readouterr().err
    assert "--port must be a whole number between 1 and 65,535, got '70000'" in told and "--max_side must be" in told
