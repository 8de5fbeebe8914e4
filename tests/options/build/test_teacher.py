"""Teachers from options; that they are built right is tested with their families."""

import sys

import numpy as np
import pytest
import torch

from models.teachers.any_generator.parts import CutGenerator
from options.build.teacher import load_teacher, only_face, wants_face
from options.flags.teachers import flags_of_other_families
from options.layers import CALLER_VARIABLE
from options.test_options import TestOptions


def options(tmp_path, *flags):
    (tmp_path / "teacher.pth").touch()
    places = ["--dataroot", str(tmp_path), "--main_G_path", str(tmp_path / "teacher.pth")]
    return TestOptions().parse([*places, *flags])


def test_only_the_family_of_the_teacher_is_asked_for_a_face(tmp_path):
    encoder = ["--style_encoder_path", "encoder.pt"]
    assert wants_face(options(tmp_path, "--teacher", "vtoonify", *encoder))
    assert not wants_face(options(tmp_path, "--teacher", "vtoonify"))
    assert not wants_face(options(tmp_path, *encoder))


def test_a_teacher_is_built_for_one_face():
    face = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    assert only_face([face]).shape == (1, 3, 256, 256)
    assert only_face([np.full_like(face, 255)]).unique().tolist() == [1]
    with pytest.raises(ValueError, match="one at a time, got 2"):
        only_face([face, face])


@pytest.fixture
def own(tmp_path, monkeypatch):
    """own(*flags): the options of a test with --teacher mine:plain or mine:from_file, a module beside the caller."""
    text = "from tests.helpers.generators import made, row\n"
    text += "plain = lambda: made(row)\ndef from_file(path): return made(row, int(path.read_text()))\n"
    (tmp_path / "mine.py").write_text(text)
    monkeypatch.setenv(CALLER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    cut = ["--skip_idx_start", "3", "--skip_idx_end", "6"]
    yield lambda *flags: TestOptions().parse(["--dataroot", str(tmp_path), *cut, "--teacher", *flags])
    sys.modules.pop("mine", None)


def test_a_function_of_the_users_own_makes_a_teacher_without_a_file_of_weights(own):
    teacher, fingerprint = load_teacher(own("mine:plain"), torch.device("cpu"))
    assert isinstance(teacher, CutGenerator) and teacher.split == (3, 6) and len(fingerprint) == 16


def test_a_function_that_takes_a_file_gets_it_and_the_fingerprint_is_that_of_the_weights(own, tmp_path):
    found = []
    for seed in (0, 1, 0):
        (tmp_path / "seed.txt").write_text(str(seed))
        options = own("mine:from_file", "--main_G_path", str(tmp_path / "seed.txt"))
        found.append(load_teacher(options, torch.device("cpu"))[1])
    assert found[0] == found[2] != found[1]


def test_a_frame_size_that_the_generator_does_not_take_is_told(own):
    with pytest.raises(ValueError, match="takes sides that are multiples of 2, got 63 x 32 px"):
        load_teacher(own("mine:plain", "--fineSizeH", "32", "--fineSizeW", "63"), torch.device("cpu"))


def test_what_is_neither_a_family_nor_a_function_is_refused(own, capsys):
    with pytest.raises(SystemExit):
        own("mine")
    told = capsys.readouterr().err
    assert "--teacher must be one of image_to_image, recycle_gan, vtoonify, or package.module:function" in told


def test_a_family_needs_a_file_of_weights(own, capsys):
    with pytest.raises(SystemExit):
        own("image_to_image")
    assert "--main_G_path is missing: give the teacher's weights" in capsys.readouterr().err


def test_flags_that_two_families_share_count_for_both(own):
    others = flags_of_other_families(own("mine:plain"))
    assert not {"skip_idx_start", "skip_idx_end", "cut"} & others and "style_id" in others
