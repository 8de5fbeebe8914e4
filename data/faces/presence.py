"""Whether the faces of a video are still there."""

from collections.abc import Sequence

import numpy as np

from data.faces.crop import Crop
from data.faces.detector import Detector, Face
from data.faces.points import FacePoints

EVERY_FRAMES = 5  # finding faces takes time: only in every so many frames are they looked for
PATIENCE_FRAMES = 15  # a face that was not seen for so long has left; a detector misses some


class Presence:
    """Follows faces from the frame they were found in.

    A face is there as long as the middle of its eyes is in its crop, which stays where it is. Where crops overlap, a
    face is the one whose eyes were last seen nearest.

    Args:
        crops: one per face.
        faces: where each was found.
    """

    def __init__(self, detect: Detector, crops: Sequence[Crop], faces: Sequence[FacePoints]):
        self._detect, self._crops = detect, tuple(crops)
        self._number, self._last, self._last_number = -1, list(faces), [0] * len(faces)

    def step(self, frame: np.ndarray) -> tuple[bool, ...]:
        """For each face whether it is in the next frame, uint8 [H, W, 3]; the first is the one they were found in."""
        self._number += 1
        if self._number and self._number % EVERY_FRAMES == 0:
            self._look(self._detect(frame))
        return tuple(self._number - seen < PATIENCE_FRAMES for seen in self._last_number)

    def _look(self, found: Sequence[Face]) -> None:
        for track, number in matched(self._crops, self._last, found).items():
            self._last[track], self._last_number[track] = found[number].points, self._number


def matched(crops: Sequence[Crop], last: Sequence[FacePoints], found: Sequence[Face]) -> dict[int, int]:
    """{number of a crop: number of the found face in it}, nearest to where it was last first; no face twice."""
    pairs = [
        (float(np.hypot(*(face.points.eyes - points.eyes))), track, number)
        for track, (crop, points) in enumerate(zip(crops, last, strict=True))
        for number, face in enumerate(found)
        if crop.holds(face.points)
    ]
    matches: dict[int, int] = {}
    for _, track, number in sorted(pairs):
        if track not in matches and number not in matches.values():
            matches[track] = number
    return matches
