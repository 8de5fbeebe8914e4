import importlib.util

import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.detector import Mtcnn
from data.faces.landmarks import Dlib68
from tests.data.faces.test_aligned import ASTRONAUT

FRAME = np.ascontiguousarray(astronaut()[:300])
HAS_DLIB = importlib.util.find_spec("dlib") is not None
with_dlib = pytest.mark.skipif(not HAS_DLIB, reason="needs dlib, which is optional: pip install dlib-bin")


@pytest.fixture
def predictor(tmp_path):
    """Learned from one picture, of which it therefore knows all points."""
    import dlib

    points = [dlib.point(5 * number, 9) for number in range(68)]
    for numbers, (x, y) in zip((range(36, 42), range(42, 48), (48, 54)), ASTRONAUT, strict=True):
        for number in numbers:
            points[number] = dlib.point(int(x), int(y))
    [box] = dlib.get_frontal_face_detector()(FRAME, 1)
    options = dlib.shape_predictor_training_options()
    options.cascade_depth, options.tree_depth, options.num_trees_per_cascade_level = 1, 1, 1
    known = dlib.full_object_detection(box, points)
    dlib.train_shape_predictor([FRAME], [[known]], options).save(str(tmp_path / "predictor.dat"))
    return tmp_path / "predictor.dat"


@with_dlib
def test_both_detectors_agree(predictor):
    [face], [other] = Dlib68(predictor)(FRAME), Mtcnn()(FRAME)
    for found, expected in zip(face.points, other.points, strict=True):
        assert np.hypot(*(found - expected)) < 5
    assert face.area == pytest.approx(other.area, rel=0.5)


@with_dlib
def test_a_file_that_is_missing_or_of_another_kind_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no landmark file .*gone\.dat; it is the unpacked http"):
        Dlib68(tmp_path / "gone.dat")
    (tmp_path / "text.dat").write_text("some words")
    with pytest.raises(ValueError, match=r"text\.dat is not a dlib shape predictor"):
        Dlib68(tmp_path / "text.dat")


@pytest.mark.skipif(HAS_DLIB, reason="dlib is installed")
def test_without_dlib_it_says_what_to_install(tmp_path):
    with pytest.raises(ModuleNotFoundError, match="pip install dlib-bin"):
        Dlib68(tmp_path / "predictor.dat")
