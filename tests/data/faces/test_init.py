import numpy as np
import pytest

from data.faces import FacePoints, from_landmarks


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
