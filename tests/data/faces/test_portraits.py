import weakref

import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.crop import cropped
from data.faces.detector import Mtcnn
from data.faces.portraits import Portraits
from tests.data.faces.test_aligned import difference

FRAME = astronaut()[20:240, 120:340]  # 220 px square, with the face in its middle
EMPTY = np.full_like(FRAME, 90)
SMALL = {"padding": (60, 60, 60, 60), "eye_distance_px": 32}


@pytest.fixture(scope="module")
def detect():
    return Mtcnn()


def portraits(detect, *frames, **options):
    return Portraits(lambda: iter(frames), detect, **(SMALL | options))


def test_the_published_crop_has_64_px_between_the_eyes(detect):
    [portrait] = Portraits(lambda: iter([FRAME]), detect).portraits
    eyes = detect(np.ascontiguousarray(cropped(FRAME, portrait.crop)))[0].points.eye_to_eye
    assert eyes[0] == pytest.approx(64, abs=3)


def test_the_face_is_aligned_in_its_crop(detect):
    [portrait] = portraits(detect, FRAME, eye_distance_px=64, padding=(200, 200, 200, 200)).portraits
    [again] = detect(portrait.aligned)
    eyes, mouth = again.points.eyes, again.points.mouth
    assert abs(eyes[0] - 128) < 12 and abs(mouth[0] - 128) < 12 and 100 < eyes[1] < 128 < mouth[1] < 190


def test_frames_before_the_first_face_are_passed_on_and_counted(detect):
    found = portraits(detect, EMPTY, EMPTY, FRAME, FRAME)
    assert found.frames_before == 2 and found.frame_size == (220, 220)
    frames, there = zip(*found, strict=True)
    assert there == ((False,), (False,), (True,), (True,))
    assert all(np.array_equal(*pair) for pair in zip(frames, [EMPTY, EMPTY, FRAME, FRAME], strict=True))


def test_a_face_that_leaves_is_not_there(detect):
    there = [there for _, there in portraits(detect, *[FRAME] * 3, *[EMPTY] * 30)]
    assert there[:3] == [(True,)] * 3 and there[-1] == (False,)


def test_of_two_faces_the_largest_or_all_are_taken(detect):
    smaller = np.zeros_like(FRAME)
    smaller[:150, :150] = astronaut()[20:320:2, 120:420:2]
    frame = np.hstack([smaller, FRAME])
    [largest] = portraits(detect, frame).portraits
    first, second = portraits(detect, frame, which="all").portraits
    assert largest.crop == first.crop and first.face.eyes[0] > 220 > second.face.eyes[0]
    assert second.crop.scale > first.crop.scale
    assert [there for _, there in portraits(detect, frame, FRAME, which="all")][0] == (True, True)


def test_all_faces_are_those_of_the_frame_that_shows_most(detect):
    one, two = np.hstack([FRAME, EMPTY]), np.hstack([FRAME, FRAME[:, ::-1]])
    assert len(portraits(detect, one, one, two, one, which="all").portraits) == 2
    assert len(portraits(detect, one, one, two, one, which="largest").portraits) == 1


def test_a_face_at_the_border_has_a_smaller_crop(detect):
    [portrait] = portraits(detect, np.ascontiguousarray(FRAME[:, 60:])).portraits
    crop = portrait.crop
    assert crop.left == 0 and 0 < crop.right < 120 and not crop.right % 8
    assert portrait.aligned.std() > 20


def test_without_scaling_the_frame_is_only_cut_to_multiples_of_8(detect):
    [portrait] = portraits(detect, np.ascontiguousarray(FRAME[:213, :217]), scale=False).portraits
    assert portrait.crop[:7] == (213, 217, 0, 208, 0, 216, 1.0)


def test_a_face_not_found_again_in_a_tiny_crop_is_aligned_from_the_frame(detect):
    [portrait] = portraits(detect, FRAME, eye_distance_px=8, padding=(16, 16, 16, 24)).portraits
    whole = portraits(detect, FRAME, eye_distance_px=64, padding=(200, 200, 200, 200)).portraits[0].aligned
    middle = (slice(80, 176),) * 2
    assert difference(portrait.aligned[middle], whole[middle]) < 25


def test_a_video_without_a_face_is_refused_or_passed_on(detect):
    with pytest.raises(ValueError, match="no upright face in 3 frames; is the video turned"):
        portraits(detect, *[EMPTY] * 3)
    passed = portraits(detect, *[EMPTY] * 3, no_face="pass")
    assert passed.portraits == () and passed.frames_before == 3
    assert [there for _, there in passed] == [()] * 3


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_video_is_refused(detect, quarter_turns):
    with pytest.raises(ValueError, match="no upright face in 1 frames; is the video turned"):
        portraits(detect, np.ascontiguousarray(np.rot90(FRAME, quarter_turns)))


def test_transparency_no_frame_and_all_faces_of_the_frame_as_it_is_are_refused(detect):
    with pytest.raises(ValueError, match="without transparency, got uint8 .*4"):
        portraits(detect, np.dstack([FRAME, FRAME[..., :1]]))
    with pytest.raises(ValueError, match="holds no frame"):
        portraits(detect)
    with pytest.raises(ValueError, match="crops of their own"):
        portraits(detect, FRAME, which="all", scale=False)


def test_one_frame_is_held_at_a_time(detect):
    def film():
        for frame in [EMPTY, FRAME, FRAME, FRAME, FRAME]:
            frame = frame.copy()
            seen.append(weakref.ref(frame))
            yield frame
            del frame

    seen = []
    for frame, _ in Portraits(film, detect, **SMALL):
        del frame
        assert sum(ref() is not None for ref in seen) <= 1
