import weakref

import numpy as np
import pytest
from skimage.data import astronaut

from data.faces import Crop, FacePoints, cut_out
from data.faces.detectors import Face, Mtcnn
from data.faces.tracker import DETECTION_PERIOD, PATIENCE_FRAMES, FaceTracker, Visibility, match_faces
from tests.data.faces.test_align import difference

FRAME = astronaut()[20:240, 120:340]  # 220 px square, with the face in its middle
EMPTY = np.full_like(FRAME, 90)
SMALL = {"padding": (60, 60, 60, 60), "eye_distance_px": 32}


@pytest.fixture(scope="module")
def detect():
    return Mtcnn()


def track(detect, *frames, **options):
    return FaceTracker(lambda: iter(frames), detect, **(SMALL | options))


def test_the_published_crop_has_64_px_between_the_eyes(detect):
    [face] = FaceTracker(lambda: iter([FRAME]), detect).faces
    eyes = detect(np.ascontiguousarray(cut_out(FRAME, face.crop)))[0].points.eye_to_eye
    assert eyes[0] == pytest.approx(64, abs=3)


def test_the_face_is_aligned_in_its_crop(detect):
    [face] = track(detect, FRAME, eye_distance_px=64, padding=(200, 200, 200, 200)).faces
    [again] = detect(face.aligned)
    eyes, mouth = again.points.eyes, again.points.mouth
    assert abs(eyes[0] - 128) < 12 and abs(mouth[0] - 128) < 12 and 100 < eyes[1] < 128 < mouth[1] < 190


def test_frames_before_the_first_face_are_passed_on_and_counted(detect):
    found = track(detect, EMPTY, EMPTY, FRAME, FRAME)
    assert found.frames_before == 2 and found.frame_size == (220, 220)
    frames, there = zip(*found, strict=True)
    assert there == ((False,), (False,), (True,), (True,))
    assert all(np.array_equal(*pair) for pair in zip(frames, [EMPTY, EMPTY, FRAME, FRAME], strict=True))


def test_a_face_that_leaves_is_not_there(detect):
    there = [there for _, there in track(detect, *[FRAME] * 3, *[EMPTY] * 30)]
    assert there[:3] == [(True,)] * 3 and there[-1] == (False,)


def test_of_two_faces_the_largest_or_all_are_taken(detect):
    smaller = np.zeros_like(FRAME)
    smaller[:150, :150] = astronaut()[20:320:2, 120:420:2]
    frame = np.hstack([smaller, FRAME])
    [largest] = track(detect, frame).faces
    first, second = track(detect, frame, which="all").faces
    assert largest.crop == first.crop and first.points.eyes[0] > 220 > second.points.eyes[0]
    assert second.crop.scale > first.crop.scale
    assert [there for _, there in track(detect, frame, FRAME, which="all")][0] == (True, True)


def test_all_faces_are_those_of_the_frame_that_shows_most(detect):
    one, two = np.hstack([FRAME, EMPTY]), np.hstack([FRAME, FRAME[:, ::-1]])
    assert len(track(detect, one, one, two, one, which="all").faces) == 2
    assert len(track(detect, one, one, two, one, which="largest").faces) == 1


def test_a_face_at_the_border_has_a_smaller_crop(detect):
    [face] = track(detect, np.ascontiguousarray(FRAME[:, 60:])).faces
    crop = face.crop
    assert crop.left == 0 and 0 < crop.right < 120 and not crop.right % 8
    assert face.aligned.std() > 20


def test_without_scaling_the_frame_is_only_cut_to_multiples_of_8(detect):
    [face] = track(detect, np.ascontiguousarray(FRAME[:213, :217]), scale=False).faces
    assert face.crop[:7] == (213, 217, 0, 208, 0, 216, 1.0)


def test_a_face_not_found_again_in_a_tiny_crop_is_aligned_from_the_frame(detect):
    [face] = track(detect, FRAME, eye_distance_px=8, padding=(16, 16, 16, 24)).faces
    whole = track(detect, FRAME, eye_distance_px=64, padding=(200, 200, 200, 200)).faces[0].aligned
    middle = (slice(80, 176),) * 2
    assert difference(face.aligned[middle], whole[middle]) < 25


def test_a_video_without_a_face_is_refused_or_passed_on(detect):
    with pytest.raises(ValueError, match="no upright face in 3 frames; is the video turned"):
        track(detect, *[EMPTY] * 3)
    passed = track(detect, *[EMPTY] * 3, no_face="pass")
    assert passed.faces == () and passed.frames_before == 3
    assert [there for _, there in passed] == [()] * 3


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_video_is_refused(detect, quarter_turns):
    with pytest.raises(ValueError, match="no upright face in 1 frames; is the video turned"):
        track(detect, np.ascontiguousarray(np.rot90(FRAME, quarter_turns)))


def test_transparency_no_frame_and_all_faces_of_the_frame_as_it_is_are_refused(detect):
    with pytest.raises(ValueError, match="without transparency, got uint8 .*4"):
        track(detect, np.dstack([FRAME, FRAME[..., :1]]))
    with pytest.raises(ValueError, match="holds no frame"):
        track(detect)
    with pytest.raises(ValueError, match="crops of their own"):
        track(detect, FRAME, which="all", scale=False)


def test_one_frame_is_held_at_a_time(detect):
    def film():
        for frame in [EMPTY, FRAME, FRAME, FRAME, FRAME]:
            frame = frame.copy()
            seen.append(weakref.ref(frame))
            yield frame
            del frame

    seen = []
    for frame, _ in FaceTracker(film, detect, **SMALL):
        del frame
        assert sum(ref() is not None for ref in seen) <= 1


LEFT = Crop(height=100, width=200, top=0, bottom=96, left=0, right=120, scale=1.0)
RIGHT = LEFT._replace(left=80, right=200)


def face(x, y=50.0):
    points = FacePoints(*np.array([[x - 5.0, y], [x + 5.0, y], [x, y + 12.0]]))
    return Face((int(x) - 10, int(y) - 10, int(x) + 10, int(y) + 20), points)


def points(*xs):
    return [face(x).points for x in xs]


def seen(where, crops=(LEFT,), start=(50,)):
    """What `Visibility` says of frames that show faces at the positions `where` of each; a frame is its number."""
    visibility = Visibility(lambda number: [face(x) for x in where[number]], crops, points(*start))
    return [visibility.update(number) for number in range(len(where))]


def test_a_face_that_stays_is_there_in_every_frame():
    assert seen([[50 + number] for number in range(60)]) == [(True,)] * 60


def test_a_face_that_leaves_is_gone_after_a_while_and_may_come_back():
    last, back = 30, 80
    there = [[50] if number <= last or number >= back else [] for number in range(120)]
    [gone] = [n for n in range(1, 120) if seen(there)[n - 1 : n + 1] == [(True,), (False,)]]
    [again] = [n for n in range(1, 120) if seen(there)[n - 1 : n + 1] == [(False,), (True,)]]
    assert gone - last == PATIENCE_FRAMES and 0 <= again - back < DETECTION_PERIOD


def test_a_face_missed_for_a_moment_stays():
    assert seen([[] if 18 < number < 28 else [50] for number in range(50)]) == [(True,)] * 50


def test_a_face_outside_its_crop_is_gone():
    assert seen([[150]] * 40)[-1] == (False,)


def test_each_face_is_followed_by_itself():
    two = seen([[50, 150] if number < 20 else [150] for number in range(60)], (LEFT, RIGHT), (50, 150))
    assert two[0] == (True, True) and two[-1] == (False, True)


def test_where_crops_overlap_the_nearer_face_is_meant():
    assert match_faces((LEFT, RIGHT), points(70, 130), [face(118), face(85)]) == {0: 1, 1: 0}
    assert match_faces((LEFT, RIGHT), points(70, 130), [face(115)]) == {1: 0}


def test_a_face_is_looked_for_in_few_frames():
    asked = []
    visibility = Visibility(lambda number: asked.append(number) or [face(50)], (LEFT,), points(50))
    for number in range(21):
        visibility.update(number)
    assert asked == list(range(DETECTION_PERIOD, 21, DETECTION_PERIOD))
