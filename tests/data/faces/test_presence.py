import numpy as np

from data.faces.crop import Crop
from data.faces.detector import Face
from data.faces.points import FacePoints
from data.faces.presence import EVERY_FRAMES, PATIENCE_FRAMES, Presence, matched

LEFT = Crop(height=100, width=200, top=0, bottom=96, left=0, right=120, scale=1.0)
RIGHT = LEFT._replace(left=80, right=200)


def face(x, y=50.0):
    points = FacePoints(*np.array([[x - 5.0, y], [x + 5.0, y], [x, y + 12.0]]))
    return Face((int(x) - 10, int(y) - 10, int(x) + 10, int(y) + 20), points)


def points(*xs):
    return [face(x).points for x in xs]


def seen(where, crops=(LEFT,), start=(50,)):
    """What `Presence` says of frames that show faces at the positions `where` of each; a frame is its number."""
    presence = Presence(lambda number: [face(x) for x in where[number]], crops, points(*start))
    return [presence.step(number) for number in range(len(where))]


def test_a_face_that_stays_is_there_in_every_frame():
    assert seen([[50 + number] for number in range(60)]) == [(True,)] * 60


def test_a_face_that_leaves_is_gone_after_a_while_and_may_come_back():
    last, back = 30, 80
    there = [[50] if number <= last or number >= back else [] for number in range(120)]
    [gone] = [n for n in range(1, 120) if seen(there)[n - 1 : n + 1] == [(True,), (False,)]]
    [again] = [n for n in range(1, 120) if seen(there)[n - 1 : n + 1] == [(False,), (True,)]]
    assert gone - last == PATIENCE_FRAMES and 0 <= again - back < EVERY_FRAMES


def test_a_face_missed_for_a_moment_stays():
    assert seen([[] if 18 < number < 28 else [50] for number in range(50)]) == [(True,)] * 50


def test_a_face_outside_its_crop_is_gone():
    assert seen([[150]] * 40)[-1] == (False,)


def test_each_face_is_followed_by_itself():
    two = seen([[50, 150] if number < 20 else [150] for number in range(60)], (LEFT, RIGHT), (50, 150))
    assert two[0] == (True, True) and two[-1] == (False, True)


def test_where_crops_overlap_the_nearer_face_is_meant():
    assert matched((LEFT, RIGHT), points(70, 130), [face(118), face(85)]) == {0: 1, 1: 0}
    assert matched((LEFT, RIGHT), points(70, 130), [face(115)]) == {1: 0}


def test_a_face_is_looked_for_in_few_frames():
    asked = []
    presence = Presence(lambda number: asked.append(number) or [face(50)], (LEFT,), points(50))
    for number in range(21):
        presence.step(number)
    assert asked == list(range(EVERY_FRAMES, 21, EVERY_FRAMES))
