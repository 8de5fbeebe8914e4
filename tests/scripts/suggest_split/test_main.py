"""scripts/suggest_split.sh in process: what it prints, its advice, and what it refuses."""

import sys

import pytest
import torch

from options.layers import CALLER_VARIABLE
from scripts.suggest_split.__main__ import main, parse, size
from tests.helpers.runs import save, stripes

GENERATORS = """
from tests.helpers.generators import SkipNet, made, row
skips, plain = lambda: made(SkipNet), lambda: made(row)
def small(): return made(row)[:3]
"""


@pytest.fixture
def suggest(tmp_path, monkeypatch):
    """suggest(generator, *flags) -> the exit status, in a folder with a module `own_generators` and a moving clip."""
    (tmp_path / "own_generators.py").write_text(GENERATORS)
    for k in range(4):
        save(tmp_path / "clip" / f"{k}.png", stripes(k, 0))
    monkeypatch.setenv(CALLER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run(generator, *flags):
        fixed = ["--size", "32x48", "--clip", "clip", "--repeats", "1", "--gpu_ids", "-1", "--h_dim", "8"]
        monkeypatch.setattr(sys, "argv", ["suggest_split.sh", generator, *fixed, *flags])
        return main()

    yield run
    sys.modules.pop("own_generators", None)


@pytest.mark.parametrize(("generator", "flag"), [("skips", "--cut down"), ("plain", "--skip_idx_start ")])
def test_all_cuts_and_the_flags_of_the_recommended_one_are_printed(suggest, capsys, generator, flag):
    assert suggest(f"own_generators:{generator}") == 0
    text = capsys.readouterr().out
    assert "on 32 x 48 (height x width), cpu, 4 frames of " in text
    assert sum(line.startswith("* ") for line in text.splitlines()) == 1
    advice = text.splitlines()[-1]
    assert advice.startswith(f"flags: --teacher own_generators:{generator} {flag}")
    assert advice.endswith("--block full_size --h_dim 8")


def test_a_generator_without_a_cut_and_one_of_another_size_are_refused(suggest):
    with pytest.raises(ValueError, match=r"one picture \[1, 3, H, W\] .* got \[1, 4, 16, 24\]"):
        suggest("own_generators:small")
    with pytest.raises(ValueError, match="does not take a frame 36 high and 48 wide"):
        suggest("own_generators:skips", "--size", "36x48")


def test_published_weights_need_a_file(suggest, tmp_path):
    with pytest.raises(ValueError, match="image_to_image needs a file of weights: give --main_G_path"):
        suggest("image_to_image")
    torch.save({"cr1.0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="of an unknown network"):
        suggest("image_to_image", "--main_G_path", "other.pth")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["own", "--size", "8x8", "--clip", "."], "must be package.module:function or image_to_image, got 'own'"),
        (["a:b", "--size", "8", "--clip", "."], "must be height x width in pixels, such as 128x256, got '8'"),
        (["a:b", "--size", "8x8", "--clip", "absent"], "absent: no such file or folder"),
        (["a:b", "--size", "8x8", "--clip", ".", "--pays", "0"], "must be a number above 0, got '0'"),
        (["a:b", "--size", "8x8", "--clip", ".", "--frames", "1"], "must be a whole number of at least 2, got '1'"),
    ],
)
def test_flags_that_make_no_sense_are_refused(argv, message, capsys):
    with pytest.raises(SystemExit):
        parse(argv)
    assert message in capsys.readouterr().err


def test_a_size_is_height_by_width():
    assert size("128x256") == (128, 256)
