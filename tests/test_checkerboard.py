import subprocess
import sys

import pytest
import torch

from scripts.checkerboard import CLEAR_DB, excess, power_spectrum, report, teachers_of
from tests.runs import ROOT
from tests.tiny import generator
from util import checkpoint
from util.image import to_uint8, write_png

ROWS, COLUMNS = torch.arange(128)[:, None], torch.arange(192)[None]
NAMES = ("2 px, across", "2 px, down", "2 px, diagonal", "4 px, across", "4 px, down", "4 px, diagonal")


def textures(count=6):
    """Pictures with a spectrum that falls as those of photographs do, [1, 3, 128, 192]."""
    rng = torch.Generator().manual_seed(0)
    y, x = torch.fft.fftfreq(128)[:, None], torch.fft.rfftfreq(192)[None]
    fall = 1 / (x.square() + y.square()).sqrt().clamp(min=1 / 128)
    for _ in range(count):
        noise = torch.randn(1, 3, 128, 192, generator=rng)
        picture = torch.fft.irfft2(torch.fft.rfft2(noise) * fall, s=(128, 192))
        yield 0.3 * picture / picture.std()


PATTERNS = {
    (2, "across"): (-1.0) ** (COLUMNS + 0 * ROWS),
    (2, "down"): (-1.0) ** (ROWS + 0 * COLUMNS),
    (2, "diagonal"): (-1.0) ** (ROWS + COLUMNS),
    (4, "across"): torch.cos(torch.pi / 2 * COLUMNS + 0.4 + 0 * ROWS),
    (4, "down"): torch.cos(torch.pi / 2 * ROWS + 0.4 + 0 * COLUMNS),
    (4, "diagonal"): torch.cos(torch.pi / 2 * (COLUMNS - ROWS) + 0.4),
}


def test_pictures_without_a_checkerboard_have_none():
    found = excess(power_spectrum(textures(30)))
    assert list(found) == list(PATTERNS) and all(-2 < dB < 0.2 for dB in found.values())


@pytest.mark.parametrize("where", PATTERNS, ids=str)
def test_a_faint_checkerboard_is_found_at_its_period_and_direction_alone(where):
    plain = excess(power_spectrum(textures()))
    marked = excess(power_spectrum(x + 0.03 * PATTERNS[where] for x in textures()))
    more = {key: marked[key] - plain[key] for key in plain}
    assert more.pop(where) > 3
    assert max(map(abs, more.values())) < 0.1


def test_a_checkerboard_that_comes_and_goes_with_the_picture_is_found_too():
    plain = excess(power_spectrum(textures()))
    marked = excess(power_spectrum(x * (1 + 0.1 * PATTERNS[2, "diagonal"]) for x in textures()))
    assert marked[2, "diagonal"] > plain[2, "diagonal"] + 3


def test_a_spectrum_needs_pictures_of_a_tile_at_least():
    with pytest.raises(ValueError, match="at least one image"):
        power_spectrum([])
    with pytest.raises(ValueError, match=r"at least 64 x 64 pixels, got \[1, 3, 32, 64\]"):
        power_spectrum([torch.zeros(1, 3, 32, 64)])


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
