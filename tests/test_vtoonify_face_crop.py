import numpy as np
import pytest

from models.teachers.vtoonify.face_crop import Crop, blurred, crop_around, cropped
from models.teachers.vtoonify.face_points import FacePoints

FACE = FacePoints(*np.array([[284.0, 300], [316, 300], [300, 350]]))
PADDING = (200, 200, 200, 200)


def test_eyes_become_64_px_apart_and_lie_in_the_middle():
    crop = crop_around(FACE, (600, 640), PADDING)
    assert crop == Crop(height=1200, width=1280, top=400, bottom=800, left=400, right=800, scale=2.0)


def test_padding_is_left_right_top_bottom_and_sides_are_multiples_of_8():
    crop = crop_around(FACE, (600, 640), (203, 90, 17, 65))
    assert (crop.left, crop.right, crop.top, crop.bottom) == (392, 688, 576, 664)


def test_the_crop_ends_where_the_frame_ends():
    crop = crop_around(FACE, (603, 640), (2000, 2000, 2000, 2000))
    assert (crop.left, crop.right, crop.top, crop.bottom) == (0, 1280, 0, 1200)


@pytest.mark.parametrize(("scale", "passes"), [(0.76, 0), (0.75, 1), (0.376, 1), (0.375, 2), (0.1, 2)])
def test_the_smaller_the_frame_becomes_the_more_it_is_blurred(scale, passes):
    assert Crop(8, 8, 0, 8, 0, 8, scale).blur_passes == passes


def test_a_frame_is_scaled_then_cut():
    frame = np.arange(20, dtype=np.uint8)[:, None, None] * np.ones((1, 30, 3), np.uint8)
    found = cropped(frame, Crop(height=20, width=30, top=8, bottom=16, left=0, right=24, scale=1.0))
    assert np.array_equal(found, frame[8:16, :24])


def test_the_blur_keeps_a_constant_and_moves_a_dot_by_half_a_pixel():
    assert np.array_equal(blurred(np.full((9, 9, 3), 77, np.uint8)), np.full((9, 9, 3), 77))
    dot = np.zeros((9, 9, 3), np.uint8)
    dot[4, 4] = 64
    assert blurred(dot)[4, :, 0].tolist() == [0, 0, 0, 3, 9, 9, 3, 0, 0]


def test_a_face_upside_down_is_refused():
    with pytest.raises(ValueError, match="left of the right eye.*rotated"):
        crop_around(FacePoints(FACE.right_eye, FACE.left_eye, FACE.mouth), (600, 640), PADDING)


def test_a_crop_without_content_is_refused():
    with pytest.raises(ValueError, match="leaves nothing of the frame"):
        crop_around(FACE, (600, 640), (0, 4, 200, 200))
