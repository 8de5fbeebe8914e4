"""Finds the faces of a video, cuts a fixed crop around each, and tells in which frames each face is visible."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from data.faces import EYE_DISTANCE_PX, Crop, FacePoints, Padding, crop_around, cut_out, whole_frame
from data.faces.align import align_face
from data.faces.detectors import Detector, Face, check_frame

PUBLISHED_PADDING: Padding = (200, 200, 200, 200)
SEARCH_FRAMES = 10  # with which="all": frames searched, from the first with a face on, for the one with most faces
DETECTION_PERIOD = 5  # frames between two detections while tracking: detection takes time
PATIENCE_FRAMES = 15  # a face not detected for this long has left; a detector misses some


class TrackedFace(NamedTuple):
    """One face of a video. Its crop is the same in all frames."""

    crop: Crop
    points: FacePoints  # px, in the frame where the face was found
    aligned: np.ndarray  # uint8 [256, 256, 3] RGB, the input of the style encoder


class FaceTracker:
    """The faces of a video, and an iterator over its frames that tells which of the faces are visible.

    Iterating yields (frame, visible) for every frame of the video: uint8 [H, W, 3] RGB and one bool per face. Frames
    before the first face are included, so frame numbers keep their meaning. The video is opened twice and one frame is
    held in memory at a time.

    Args:
        open_frames: opens the video and returns its frames, all of one size.
        detect: finds the faces of a frame.
        which: "largest" takes the largest face of the first frame with a face, "all" takes every face.
        scale: whether to cut a crop around each face, scaled to `eye_distance_px` between the eyes; otherwise the crop
            is the whole frame.
        padding: (left, right, top, bottom) px of the scaled frame that a crop keeps around the eyes.
        no_face: what to do with a video without a face: "error" raises, "pass" yields its frames without faces.

    Raises:
        ValueError: the video has no face or no frame, a frame is not uint8 [H, W, 3], `which` is "all" without `scale`,
            or `padding` leaves nothing of the frame.
    """

    def __init__(
        self,
        open_frames: Callable[[], Iterable[np.ndarray]],
        detect: Detector,
        *,
        which: Literal["largest", "all"] = "largest",
        scale: bool = True,
        padding: Padding = PUBLISHED_PADDING,
        eye_distance_px: float = EYE_DISTANCE_PX,
        no_face: Literal["error", "pass"] = "error",
    ):
        if which == "all" and not scale:
            raise ValueError("all faces can only be stylised in crops of their own: scale the image")
        self._open_frames, self._detect = open_frames, detect
        first = find_first_faces(open_frames(), detect, 1 if which == "largest" else SEARCH_FRAMES)
        if not first.faces and no_face == "error":
            raise ValueError(f"no upright face in {first.number} frames; is the video turned, or the face very small?")
        self.frame_size: tuple[int, int] = first.frame.shape[:2]  # (height, width), px
        self.frames_before: int = first.number  # frames before the first face; all of them if there is none

        def crop_of(points: FacePoints) -> Crop:
            if not scale:
                return whole_frame(self.frame_size)
            return crop_around(points, self.frame_size, padding, eye_distance_px)

        chosen = first.faces if which == "all" else first.faces[:1]
        self.faces = tuple(_tracked(first.frame, face.points, crop_of(face.points), detect) for face in chosen)

    def __iter__(self) -> Iterator[tuple[np.ndarray, tuple[bool, ...]]]:
        return self.follow(self._open_frames())

    def follow(self, frames: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, tuple[bool, ...]]]:
        """Iterate as over the tracker, with the frames of its video from elsewhere."""
        visibility = Visibility(self._detect, [face.crop for face in self.faces], [face.points for face in self.faces])
        none_visible = (False,) * len(self.faces)
        for number, frame in enumerate(frames):
            yield frame, none_visible if number < self.frames_before else visibility.update(frame)


class Visibility:
    """Tells frame by frame which faces are still visible.

    A face is visible while the midpoint between its eyes is in its crop, which does not move. Where crops overlap, a
    detected face belongs to the crop whose face was last seen nearest.

    Args:
        crops: one per face.
        faces: where each face was found, in coordinates of the frame.
    """

    def __init__(self, detect: Detector, crops: Sequence[Crop], faces: Sequence[FacePoints]):
        self._detect, self._crops = detect, tuple(crops)
        self._number, self._last_points, self._last_number = -1, list(faces), [0] * len(faces)

    def update(self, frame: np.ndarray) -> tuple[bool, ...]:
        """Whether each face is visible in the next frame, uint8 [H, W, 3]. Pass the frame of `faces` first."""
        self._number += 1
        if self._number and self._number % DETECTION_PERIOD == 0:
            detected = self._detect(frame)
            for index, found in match_faces(self._crops, self._last_points, detected).items():
                self._last_points[index], self._last_number[index] = detected[found].points, self._number
        return tuple(self._number - last < PATIENCE_FRAMES for last in self._last_number)


def match_faces(crops: Sequence[Crop], last: Sequence[FacePoints], detected: Sequence[Face]) -> dict[int, int]:
    """Assign detected faces to crops, {index of crop: index of face}; pairs nearest to the last position come first.

    Each crop gets at most one face, and each face at most one crop.
    """
    pairs = [
        (float(np.hypot(*(face.points.eyes - points.eyes))), index, found)
        for index, (crop, points) in enumerate(zip(crops, last, strict=True))
        for found, face in enumerate(detected)
        if crop.holds(face.points)
    ]
    matches: dict[int, int] = {}
    for _, index, found in sorted(pairs):
        if index not in matches and found not in matches.values():
            matches[index] = found
    return matches


class FirstFaces(NamedTuple):
    """The faces that a video starts with."""

    number: int  # of frames before the first frame with a face; of all frames if there is no face
    frame: np.ndarray  # uint8 [H, W, 3], where `faces` were found
    faces: list[Face]  # upright faces, largest first


def find_first_faces(frames: Iterable[np.ndarray], detect: Detector, search_frames: int) -> FirstFaces:
    """The frame with most faces among `search_frames` frames from the first frame with a face on.

    Raises:
        ValueError: there is no frame, or one is not uint8 [H, W, 3].
    """
    frames, number, frame = iter(frames), 0, None
    for frame in frames:
        check_frame(frame)
        if faces := _upright(detect(frame)):
            best = FirstFaces(number, frame, faces)
            for later in islice(frames, search_frames - 1):
                best = max(best, FirstFaces(number, later, _upright(detect(later))), key=lambda first: len(first.faces))
            return best
        number += 1
    if frame is None:
        raise ValueError("the video holds no frame")
    return FirstFaces(number, frame, [])


def _tracked(frame: np.ndarray, points: FacePoints, crop: Crop, detect: Detector) -> TrackedFace:
    """As published, the face is detected again in its crop; if it is not found there, `points` are used."""
    picture, expected = np.ascontiguousarray(cut_out(frame, crop)), crop.points(points)
    candidates = [face.points for face in _upright(detect(picture))]
    nearest = min(candidates, key=lambda found: np.hypot(*(found.eyes - expected.eyes)), default=expected)
    same = np.hypot(*(nearest.eyes - expected.eyes)) < np.hypot(*expected.eye_to_eye)
    return TrackedFace(crop, points, align_face(picture, nearest if same else expected))


def _upright(faces: Iterable[Face]) -> list[Face]:
    return [face for face in faces if face.points.upright]
