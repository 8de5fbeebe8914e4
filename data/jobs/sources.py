"""Where frames come from: films, sequences of pictures, standard input, cameras, addresses."""

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from data.frames import Size, read_frame
from data.video import Frame, Video

CAMERA_FPS = Fraction(30)  # nominal, where a camera does not tell


class Film(Protocol):
    """Frames in display order, read once.

    size: (width, height) px.
    rate: frames per second, nominal.
    duration: seconds; None where it is not known beforehand.
    notes: what a user should know, a sentence each.
    """

    @property
    def size(self) -> Size: ...

    @property
    def rate(self) -> Fraction: ...

    @property
    def duration(self) -> Fraction | None: ...

    @property
    def notes(self) -> Sequence[str]: ...

    def frames(self) -> Iterator[Frame]: ...


class Pictures:
    """Image files as a film of a constant rate.

    Raises:
        UnreadableFrame: a picture is damaged. While reading, ValueError: pictures differ in size.
    """

    notes: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path], rate: Fraction):
        self._paths, self.rate = paths, rate
        height, width = read_frame(paths[0]).shape[:2]
        self.size, self.duration = (width, height), len(paths) / rate

    def frames(self) -> Iterator[Frame]:
        for number, path in enumerate(self._paths):
            image = read_frame(path)
            if image.shape[1::-1] != self.size:
                sizes = f"{image.shape[1]} x {image.shape[0]}, the first {self.size[0]} x {self.size[1]}"
                raise ValueError(f"{path} is {sizes}: all pictures of a film have one size")
            yield Frame(image, number / self.rate, 1 / self.rate)


class Camera:
    """A camera by its number, from 0; it runs until the program is stopped.

    Raises:
        ValueError: there is no such camera.
    """

    notes: Sequence[str] = ()
    duration = None

    def __init__(self, number: int):
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the error below says it all
        self._capture = cv2.VideoCapture(number)
        read, first = self._capture.read()
        if not read:
            self._capture.release()
            raise ValueError(f"camera {number} is not there, or another program uses it")
        self._number, self.size = number, (first.shape[1], first.shape[0])
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = Fraction(fps).limit_denominator(1001) if fps > 0 else CAMERA_FPS

    def frames(self) -> Iterator[Frame]:
        """Frames with the time since the first, until the camera gives no more."""
        start, seconds = time.monotonic_ns(), Fraction(0)
        try:
            while (read := self._capture.read())[0]:
                yield Frame(np.ascontiguousarray(read[1][..., ::-1]), seconds, 1 / self.rate)
                seconds = Fraction(time.monotonic_ns() - start, 10**9)
        finally:
            self._capture.release()


def standard_input(size: Size | None, fps: Fraction | None) -> Film:
    """Frames on standard input: y4m, or raw rgb24 if their size (width, height) and rate are given."""
    if size is None:
        return Video("pipe:0", "yuv4mpegpipe")
    options = {"video_size": f"{size[0]}x{size[1]}", "pixel_format": "rgb24", "framerate": str(fps)}
    return Video("pipe:0", "rawvideo", options)


def address(url: str) -> Film:
    """A stream from the network, such as rtsp://camera/1 or http://server/film.mp4."""
    return Video(url)


def film_of(path: Path) -> Film:
    """A video file."""
    return Video(path)
