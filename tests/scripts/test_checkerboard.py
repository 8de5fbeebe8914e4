import subprocess
import sys

import pytest

from scripts.checkerboard import CLEAR_DB, report, teachers_of
from tests.helpers.runs import ROOT
from tests.helpers.tiny import generator
from tests.models.training.test_checkerboard import NAMES, PATTERNS, textures
from util import checkpoint
from util.image import to_uint8, write_png


def test_only_what_is_clearly_higher_is_called_higher(tmp_path):
    wanted = dict.fromkeys(PATTERNS, 1.0)
    equal = report(tmp_path, "v2c", wanted | {(2, "down"): 1.0 + CLEAR_DB}, wanted)
    assert equal.endswith("checkerboard: no higher than the target domain's")
    higher = report(tmp_path, "v2c", wanted | {(2, "down"): 4.5}, wanted)
    assert higher.endswith("checkerboard: higher than the target domain's: 2 px, down (+3.5 dB)")


def test_names_of_folder_and_file_tell_the_task(tmp_path):
    for name in ("v2c_teacher", "v2l_teacher", "other"):
        (tmp_path / name).mkdir()
        for network in ("G_A", "G_B"):
            (tmp_path / name / f"latest_net_{network}.pth").touch()
    a, b = (tmp_path / "v2l_teacher" / f"latest_net_{network}.pth" for network in ("G_A", "G_B"))
    assert teachers_of(a.parent, None) == [(a, "v2l"), (b, "l2v")]
    assert teachers_of(b, None) == [(b, "l2v")]
    v2c, other = (tmp_path / name / a.name for name in ("v2c_teacher", "other"))
    assert teachers_of(v2c.parent, None) == [(v2c, "v2c")]
    assert teachers_of(other.parent, "v2c") == [(other, "v2c")]
    with pytest.raises(ValueError, match="does not tell its task: give --task"):
        teachers_of(other, None)
    with pytest.raises(FileNotFoundError, match="neither a checkpoint nor a folder with latest_net_G_A.pth"):
        teachers_of(tmp_path, None)


def test_as_a_program_it_shows_a_table_for_every_teacher(tmp_path):
    (tmp_path / "v2l").mkdir()
    for domain in "AB":
        (tmp_path / "data" / "val" / domain).mkdir(parents=True)
        for t, x in enumerate(textures(2)):
            write_png(tmp_path / "data" / "val" / domain / f"001_{t}.png", to_uint8(x[0, :, :64, :64]))
    for network in ("G_A", "G_B"):
        checkpoint.save(tmp_path / "v2l" / f"latest_net_{network}.pth", generator().state_dict())
    command = [sys.executable, ROOT / "scripts" / "checkerboard.py", "v2l", "--dataroot", "data"]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert all(ended.stdout.count(f"| {name} ") == 2 for name in NAMES)
    assert ended.stdout.count("checkerboard: ") == 2 and "v2l/latest_net_G_B.pth" in ended.stdout
