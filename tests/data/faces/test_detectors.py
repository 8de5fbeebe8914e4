import importlib.util
import sys

import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.detectors import Dlib68, Mtcnn
from tests.data.faces.test_align import ASTRONAUT


@pytest.fixture(scope="module")
def detect():
    return Mtcnn()


def test_a_face_is_found_with_its_eyes_and_mouth(detect):
    [face] = detect(astronaut())
    for found, expected in zip(face.points, ASTRONAUT, strict=True):
        assert np.hypot(*(found - expected)) < 5
    x0, y0, x1, y1 = face.box
    assert all(x0 < x < x1 and y0 < y < y1 for x, y in face.points)


def test_the_largest_face_comes_first(detect):
    portrait = astronaut()[20:240, 120:340]
    half = np.zeros_like(portrait)
    half[:110, :110] = portrait[::2, ::2]
    small, large = detect(np.hstack([half, portrait]))[::-1]
    assert large.area > 2 * small.area
    assert large.points.eyes[0] > 220 > small.points.eyes[0]


def test_a_face_in_a_large_frame_is_found_too(detect):
    [face] = detect(astronaut().repeat(4, 0).repeat(4, 1))
    assert np.hypot(*(face.points.eyes / 4 - ASTRONAUT.eyes)) < 5


@pytest.mark.parametrize("size", [(200, 300), (13, 400), (1, 1)])
def test_where_there_is_no_face_none_is_found(detect, size):
    assert detect(np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)) == []


@pytest.mark.parametrize("frame", [np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3))])
def test_other_than_8_bit_rgb_is_refused(detect, frame):
    with pytest.raises(ValueError, match=r"a frame is uint8 \[H, W, 3\] RGB, without transparency, got"):
        detect(frame)


FRAME = np.ascontiguousarray(astronaut()[:300])
HAS_DLIB = importlib.util.find_spec("dlib") is not None
with_dlib = pytest.mark.skipif(not HAS_DLIB, reason="needs dlib, of requirements-dev.txt where it has wheels")


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


def test_without_dlib_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)  # an import of it fails now
    with pytest.raises(ModuleNotFoundError, match="pip install dlib-bin"):
        Dlib68(tmp_path / "predictor.dat")
