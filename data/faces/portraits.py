"""From a video to its faces: where each is cut out, what it looks like, and in which frames it is there."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from data.faces.aligned import aligned
from data.faces.crop import EYE_DISTANCE_PX, Crop, Padding, crop_around, cropped, whole_frame
from data.faces.detector import Detector, Face, check_frame
from data.faces.points import FacePoints
from data.faces.presence import Presence

PUBLISHED_PADDING: Padding = (200, 200, 200, 200)
CENSUS_FRAMES = 10  # all faces are those of the frame that shows most, among so many from the first with a face on


class Portrait(NamedTuple):
    """One face of a video. Its crop is the same in all frames."""

    crop: Crop
    face: FacePoints  # px of the frame it was found in
    aligned: np.ndarray  # uint8 [256, 256, 3], for the style encoder


class Portraits:
    """The faces of a video, then its frames with the faces that are there.

    Iterating gives (frame, there) for every frame of the video from its first on, uint8 [H, W, 3] and a bool per
    portrait. Frames before the first face are among them, so that numbers of frames keep their meaning. The video is
    begun twice, and one frame of it is held at a time.

    Args:
        frames: begins the video: returns its frames, all of one size.
        which: "largest" face of the first frame with a face, or "all".
        scale: cut around each face, scaled to `eye_distance_px` between the eyes (published: 64), with `padding`
            (left, right, top, bottom) px of the scaled frame around them; otherwise the frame is taken as it is.
        no_face: what a video without a face is: an "error", or frames to "pass" on without a portrait.

    Raises:
        ValueError: no face, no frame, frames that are not uint8 [H, W, 3], "all" faces of the frame as it is, or a
            padding that leaves nothing.
    """

    def __init__(
        self,
        frames: Callable[[], Iterable[np.ndarray]],
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
        self._frames, self._detect = frames, detect
        seen = first_seen(frames(), detect, 1 if which == "largest" else CENSUS_FRAMES)
        if not seen.faces and no_face == "error":
            raise ValueError(f"no upright face in {seen.before} frames; is the video turned, or the face very small?")
        self.frame_size: tuple[int, int] = seen.frame.shape[:2]  # (height, width), px
        self.frames_before: int = seen.before  # how many frames come before the first face

        def crop_of(face: FacePoints) -> Crop:
            if not scale:
                return whole_frame(self.frame_size)
            return crop_around(face, self.frame_size, padding, eye_distance_px)

        chosen = [face.points for face in (seen.faces if which == "all" else seen.faces[:1])]
        self.portraits = tuple(portrait(seen.frame, face, crop_of(face), detect) for face in chosen)

    def __iter__(self) -> Iterator[tuple[np.ndarray, tuple[bool, ...]]]:
        presence = Presence(self._detect, [p.crop for p in self.portraits], [p.face for p in self.portraits])
        nobody = (False,) * len(self.portraits)
        for number, frame in enumerate(self._frames()):
            yield frame, nobody if number < self.frames_before else presence.step(frame)


class Seen(NamedTuple):
    before: int  # frames without a face before it; all of them if there is no face
    frame: np.ndarray
    faces: list[Face]  # upright ones, largest first


def first_seen(frames: Iterable[np.ndarray], detect: Detector, census_frames: int) -> Seen:
    """The frame with most faces among the first `census_frames` from the first frame with a face on.

    Raises:
        ValueError: no frame, or one that is not uint8 [H, W, 3].
    """
    frames, before, last = iter(frames), 0, None
    for last in frames:
        check_frame(last)
        if faces := _upright(detect(last)):
            best = Seen(before, last, faces)
            for later in islice(frames, census_frames - 1):
                best = max(best, Seen(before, later, _upright(detect(later))), key=lambda seen: len(seen.faces))
            return best
        before += 1
    if last is None:
        raise ValueError("the video holds no frame")
    return Seen(before, last, [])


def portrait(frame: np.ndarray, face: FacePoints, crop: Crop, detect: Detector) -> Portrait:
    """As published the face is looked for again in the crop; where that finds none, it is where the frame showed it."""
    picture, expected = np.ascontiguousarray(cropped(frame, crop)), crop.points(face)
    found = [again.points for again in _upright(detect(picture))]
    nearest = min(found, key=lambda points: np.hypot(*(points.eyes - expected.eyes)), default=expected)
    same = np.hypot(*(nearest.eyes - expected.eyes)) < np.hypot(*expected.eye_to_eye)
    return Portrait(crop, face, aligned(picture, nearest if same else expected))


def _upright(faces: Iterable[Face]) -> list[Face]:
    return [face for face in faces if face.points.upright]
