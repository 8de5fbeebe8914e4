import numpy as np
import pytest

from models.teachers.vtoonify.face_points import from_landmarks


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
