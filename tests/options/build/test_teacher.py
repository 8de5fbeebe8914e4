"""Teachers from options; that they are built right is tested with their families."""

import numpy as np
import pytest

from options.build.teacher import only_face, wants_face
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
