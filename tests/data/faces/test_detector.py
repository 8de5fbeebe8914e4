import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.detector import Mtcnn
from tests.data.faces.test_aligned import ASTRONAUT


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
