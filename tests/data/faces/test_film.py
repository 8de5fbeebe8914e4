"""Every face is stylised from the frame where it is found until it has left; the rest of a frame stays as it is."""

import numpy as np
import pytest

from data.faces import FacePoints
from data.faces.detectors import Face
from data.faces.film import FaceFilm
from data.faces.tracker import DETECTION_PERIOD, PATIENCE_FRAMES

SIZE = (128, 256)  # height, width
PADDING = (32, 32, 32, 32)


def face_at(x, y=64):
    points = FacePoints(*(np.array([x + dx, y + dy], float) for dx, dy in ((-8, 0), (8, 0), (0, 14))))
    return Face((x - 16, y - 20, x + 16, y + 24), points)


class Film:
    """Grey frames; the detector is told where the faces of each frame are."""

    def __init__(self, places):
        self.places, self.number, self.looked = places, -1, []
        self.begun = []
        self.translate = FaceFilm(self.detect, self.begin, PADDING, 16.0)

    def detect(self, frame):
        self.looked.append(self.number)
        return [face_at(x) for x in self.places[self.number]]

    def begin(self, aligned):
        assert aligned.shape == (256, 256, 3)
        self.begun.append(self.number)
        return lambda crop: np.full((4 * crop.shape[0], 4 * crop.shape[1], 3), 250, np.uint8)

    def play(self):
        """For each frame, whether the left and the right half of it were stylised."""
        seen = []
        for number in range(len(self.places)):
            self.number = number
            frame = np.full((*SIZE, 3), 100, np.uint8)
            shown = self.translate(frame)
            assert (frame == 100).all() and shown.shape == frame.shape
            seen.append((bool(shown[64, 64, 0] == 250), bool(shown[64, 192, 0] == 250)))
        return seen


def test_frames_without_a_face_stay_as_they_are():
    film = Film([[]] * 4)
    assert film.play() == [(False, False)] * 4 and film.looked == [0, 1, 2, 3] and film.translate.found == 0


def test_faces_are_stylised_from_the_frame_where_they_are_found():
    film = Film([[], [64], *[[64]] * 3, *[[64, 192]] * 3])
    assert film.play() == [(False, False), *[(True, False)] * 4, *[(True, True)] * 3]
    assert film.begun == [1, 5] and film.looked == [0, 1, 5]


def test_a_face_that_moves_in_its_crop_is_the_same_and_one_that_leaves_it_is_new():
    film = Film([[60 + n] for n in range(2 * DETECTION_PERIOD + 1)])
    film.play()
    assert film.translate.found == 1
    film = Film([*[[64]] * DETECTION_PERIOD, [192]])
    film.play()
    assert film.translate.found == 2


def test_a_face_that_has_left_is_no_longer_stylised():
    film = Film([[64], *[[]] * (PATIENCE_FRAMES + DETECTION_PERIOD)])
    seen = [left for left, _ in film.play()]
    assert all(seen[:PATIENCE_FRAMES]) and not any(seen[PATIENCE_FRAMES + 1 :])


def test_around_the_crop_nothing_changes():
    film = Film([[64]])
    film.number = 0
    shown = film.translate(np.full((*SIZE, 3), 100, np.uint8))
    assert (shown[:, 128:] == 100).all() and (shown[:24] == 100).all()
    assert shown[64, 64].tolist() == [250] * 3


@pytest.mark.parametrize("tilt", [30, 90])
def test_a_face_on_its_side_is_passed_over(tilt):
    turned = np.array([np.cos(np.radians(tilt)), np.sin(np.radians(tilt))]) * 8
    points = FacePoints(64 - turned, 64 + turned, np.array([64.0, 80.0]))
    film = FaceFilm(lambda frame: [Face((48, 44, 80, 88), points)], lambda aligned: lambda crop: crop, PADDING, 16.0)
    film(np.zeros((*SIZE, 3), np.uint8))
    assert film.found == (tilt == 30)
