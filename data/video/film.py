"""Reads a film from start to end: its pictures, in the order and at the times in which a player shows them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import av
import numpy as np

from data.video.clock import Clock, Moment
from data.video.decoder import Decoder
from data.video.description import describe
from data.video.screen import shown
from data.video.source import Source


class Frame(NamedTuple):
    """A frame as a player shows it.

    image: uint8 [H, W, 3] RGB, upright, with square pixels, in SDR colours, not interlaced.
    time: s from the first frame; it increases from frame to frame.
    duration: s to the next frame; of the last frame, as the file tells.
    """

    image: np.ndarray
    time: Fraction
    duration: Fraction


class Video:
    """A film. Opening it decodes the first frame, and describes the film.

    A file is closed again and can be read many times. Anything else stays open and can be read once.

    Args:
        place: a file; an address or a device that FFmpeg opens; or an open binary file, which need not be seekable.
        format: FFmpeg's name of the container, where the content does not tell it, such as "rawvideo".
        options: FFmpeg's options of the container.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no video, or it holds no frame.
        UnreadableFrame: the first frame is damaged.
    """

    def __init__(
        self, place: Path | str | BinaryIO, format: str | None = None, options: Mapping[str, str] | None = None
    ):
        self.source = Source(place, format, options)
        self._opened: tuple[Decoder, Iterator[av.VideoFrame]] | None = None
        decoder, frames = self._open()
        first = next(frames, None)
        if first is None:
            raise ValueError(f"{self.source.name} holds no frame")
        self.description = describe(decoder, first)
        self._measured: Fraction | None = None
        self._later_notes: dict[str, str] = {}
        if self.source.is_file:
            decoder.container.close()
        else:
            self._opened = decoder, chain([first], frames)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the pictures, px."""
        return self.description.look.size

    @property
    def rate(self) -> Fraction:
        """Frames per second, never 0; frames keep their own times, which need not follow it."""
        return self.description.rate

    @property
    def duration(self) -> Fraction | None:
        """S to the end of the last frame: as the header tells, or None; exact once all frames were read."""
        return self._measured or self.description.duration

    @property
    def notes(self) -> tuple[str, ...]:
        """What was applied, guessed or left out, a line each. There may be more after reading than before."""
        return tuple(f"{self.source.name}: {note}" for note in (*self.description.notes, *self._later_notes.values()))

    def frames(self) -> Iterator[Frame]:
        """Yield every frame, with one in memory at a time.

        Raises:
            UnreadableFrame: the film is damaged; the message says how many frames came before.
            ValueError: what cannot be read twice was read before.
        """
        about = self.description
        clock = Clock(about.rate, about.has_times, about.times_may_jump)
        time = duration = Fraction(0)
        with self._reading() as frames:
            for image, (time, duration) in shown(self._timed(frames, clock), about.look):
                yield Frame(image, time, duration)
        self._measured = time + duration

    def _timed(self, frames: Iterable[av.VideoFrame], clock: Clock) -> Iterator[tuple[av.VideoFrame, Moment]]:
        """Add the time and the duration to each frame, and to the notes what is new with it."""
        look, said = self.description.look, self._later_notes
        for frame, moment in clock.timed(frames, self.description.end):
            size = frame.width, frame.height
            if clock.repaired:
                said["times"] = f"some times repeat or run backwards, and {float(clock.rate):.5g} fps are assumed there"
            if frame.interlaced_frame and not look.interlaced:
                said["fields"] = "parts of it are interlaced, and are deinterlaced"
            if size != look.coded:
                said["size"] = "its frames change their size, and all are scaled to {} x {}".format(*self.size)
            if frame.is_corrupt:
                said["damage"] = "damaged frames are shown as they are"
            yield frame, moment

    def _open(self) -> tuple[Decoder, Iterator[av.VideoFrame]]:
        decoder = Decoder(self.source.open(), self.source.name, self.source.is_live)
        return decoder, iter(decoder)

    @contextmanager
    def _reading(self) -> Iterator[Iterator[av.VideoFrame]]:
        if self.source.is_file:
            decoder, frames = self._open()
        elif self._opened:
            (decoder, frames), self._opened = self._opened, None
        else:
            raise ValueError(f"{self.source.name} can be read once, and it was read before")
        with decoder.container:
            yield frames


def decode(path: Path) -> Iterator[np.ndarray]:
    """Yield every frame as uint8 [H, W, 3] RGB, as a player shows it, with one frame in memory at a time.

    Raises:
        FileNotFoundError, ValueError, UnreadableFrame: as `Video` and its `frames`.
    """
    for frame in Video(path).frames():
        yield frame.image
