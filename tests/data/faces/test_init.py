import numpy as np
import pytest

from data.faces import Crop, FacePoints, blur, crop_around, cut_out, from_landmarks, whole_frame


def test_eyes_and_mouth_are_means_of_their_landmarks():
    landmarks = np.zeros((68, 2), np.int64)
    landmarks[36:42] = [100, 50]
    landmarks[42:48] = [160, 52]
    landmarks[48], landmarks[54] = [110, 121], [151, 123]
    face = from_landmarks(landmarks)
    assert face.eyes.tolist() == [130, 51] and face.eye_to_eye.tolist() == [60, 2]
    assert face.mouth.tolist() == [130.5, 122] and face.eye_to_mouth.tolist() == [0.5, 71]


def test_another_number_of_landmarks_is_refused():
    with pytest.raises(ValueError, match=r"\[68, 2\] in iBUG order, got \[5, 2\]"):
        from_landmarks(np.zeros((5, 2)))


@pytest.mark.parametrize(("degrees", "upright"), [(0, True), (59, True), (-59, True), (61, False), (180, False)])
def test_a_face_is_upright_up_to_a_tilt_of_60_degrees(degrees, upright):
    eye = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    assert FacePoints(-eye, eye, np.zeros(2)).upright == upright


def test_a_face_moves_with_its_picture():
    moved = FacePoints(*np.array([[10.0, 20], [30, 20], [20, 40]])).in_crop(2, (5, 7))
    np.testing.assert_array_equal(moved, [[15, 33], [55, 33], [35, 73]])


FACE = FacePoints(*np.array([[284.0, 300], [316, 300], [300, 350]]))
PADDING = (200, 200, 200, 200)


def test_eyes_become_64_px_apart_and_lie_in_the_middle():
    crop = crop_around(FACE, (600, 640), PADDING)
    assert crop == Crop(height=1200, width=1280, top=400, bottom=800, left=400, right=800, scale=2.0)


def test_another_distance_between_the_eyes_gives_a_smaller_crop():
    crop = crop_around(FACE, (600, 640), (50, 50, 50, 50), eye_distance_px=16)
    assert crop == Crop(height=300, width=320, top=96, bottom=200, left=96, right=200, scale=0.5)


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
    found = cut_out(frame, Crop(height=20, width=30, top=8, bottom=16, left=0, right=24, scale=1.0))
    assert np.array_equal(found, frame[8:16, :24])


def test_the_blur_keeps_a_constant_and_moves_a_dot_by_half_a_pixel():
    assert np.array_equal(blur(np.full((9, 9, 3), 77, np.uint8)), np.full((9, 9, 3), 77))
    dot = np.zeros((9, 9, 3), np.uint8)
    dot[4, 4] = 64
    assert blur(dot)[4, :, 0].tolist() == [0, 0, 0, 3, 9, 9, 3, 0, 0]


@pytest.mark.parametrize("right_eye", [[250.0, 300], [284, 340], [300, 330]])
def test_a_face_upside_down_or_on_its_side_is_refused(right_eye):
    with pytest.raises(ValueError, match="left of the right eye.*rotated"):
        crop_around(FacePoints(FACE.left_eye, np.array(right_eye), FACE.mouth), (600, 640), PADDING)


def test_a_face_is_found_again_in_its_crop():
    crop = crop_around(FACE, (600, 640), (200, 100, 200, 100))
    inside = crop.points(FACE)
    assert inside.eye_to_eye.tolist() == [64, 0] and inside.eyes.tolist() == [200, 200]
    assert crop.holds(FACE)


@pytest.mark.parametrize("move", [[160, 0], [-160, 0], [0, 160], [0, -160]])
def test_a_face_that_moved_out_of_its_crop_is_not_held(move):
    crop = crop_around(FACE, (600, 640), (150, 150, 150, 150))
    assert not crop.holds(FacePoints(*(point + move for point in FACE)))


def test_the_whole_frame_is_cut_to_multiples_of_8_and_not_scaled():
    frame = np.random.default_rng(0).integers(0, 256, (35, 50, 3), np.uint8)
    assert np.array_equal(cut_out(frame, whole_frame((35, 50))), frame[:32, :48])


def test_a_frame_smaller_than_8_px_is_refused():
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 50 x 7"):
        whole_frame((7, 50))


def test_a_crop_without_content_is_refused():
    with pytest.raises(ValueError, match="leaves nothing of the frame"):
        crop_around(FACE, (600, 640), (0, 4, 200, 200))
