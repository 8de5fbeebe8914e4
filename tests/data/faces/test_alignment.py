import numpy as np
import pytest

from data.faces.alignment import alignment, quad, side
from data.faces.points import FacePoints


def face(x=300.0, y=300.0, size=1.0, angle=0.0):
    """Eyes 60 px apart, the mouth 80 px below them, turned by `angle` about the point between the eyes."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return FacePoints(*(np.array([x, y]) + size * turn @ np.array(p) for p in ([-30.0, 0], [30.0, 0], [0, 80.0])))


def test_an_upright_face_has_an_upright_square_around_a_point_below_its_eyes():
    corners = quad(face())
    reach = 1.8 * 80
    np.testing.assert_allclose(corners.mean(0), [300, 308])
    np.testing.assert_allclose(corners[0], [300 - reach, 308 - reach])
    assert side(corners) == pytest.approx(2 * reach)


def test_the_square_turns_and_grows_with_the_face():
    around = np.array([300.0, 300])
    upright, turned = quad(face()) - around, quad(face(size=2, angle=np.pi / 2)) - around
    np.testing.assert_allclose(turned, 2 * np.stack([-upright[:, 1], upright[:, 0]], 1))


def test_a_square_well_inside_is_only_cut_out():
    steps = alignment(quad(face()), (600, 640))
    assert (steps.shrink, steps.border, steps.padded) == (0, 29, False)
    assert steps.crop == (300 - 144 - 29, 308 - 144 - 29, 300 + 144 + 29, 308 + 144 + 29)
    np.testing.assert_allclose(steps.corners[0], [29.5, 29.5])


def test_a_square_that_leaves_the_frame_is_padded_on_all_sides():
    steps = alignment(quad(face(x=100)), (600, 640))
    assert steps.padded and min(steps.pad) == round(0.3 * 288)
    x0, y0, x1, y1 = steps.crop
    left, top, right, bottom = steps.pad
    assert steps.size == (left + x1 - x0 + right, top + y1 - y0 + bottom)


def test_a_large_face_is_reduced_first():
    steps = alignment(quad(face(1500, 1500, size=6)), (3000, 3000))
    assert steps.shrink == 3 and side(steps.corners) == pytest.approx(6 * 288 / 3)


def test_a_face_outside_the_frame_is_refused():
    with pytest.raises(ValueError, match="outside the frame of 640 x 600 px"):
        alignment(quad(face(x=2000)), (600, 640))


def test_points_that_coincide_are_refused():
    with pytest.raises(ValueError, match="do not tell which way is up"):
        quad(FacePoints(*np.ones((3, 2))))
