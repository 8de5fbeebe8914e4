"""Decodes the film of an open container: the frames that are shown, in display order."""

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError

from data.frames import UnreadableFrame
from data.video.source import film_stream


class Decoder:
    """Iterates over the decoded frames of a film, from where its container stands.

    A film may start without a key frame, as a recording of a broadcast does. Frames before the first whole one are
    not shown; `left_out` counts them.

    Args:
        container: open, with a film.
        name: of the film, for messages.
        is_live: show damaged frames as they are, and go on.

    Raises:
        UnreadableFrame: on iterating, a frame is damaged; the message says how many frames came before.
    """

    def __init__(self, container: InputContainer, name: str, is_live: bool = False):
        self.container, self.stream = container, film_stream(container)
        self._name, self._is_live = name, is_live
        self._count = 0
        self._early: list[int | None] = []  # times of the packets before the first frame
        self.left_out = 0
        self._starts_whole: bool | None = None  # with a key frame; None before the first packet

    def __iter__(self) -> Iterator[av.VideoFrame]:
        try:
            for packet in self.container.demux(self.stream):
                for frame in self._decode(packet):
                    if self._is_shown(frame):
                        yield frame
                        self._count += 1
        except FFmpegError as error:
            raise UnreadableFrame(
                f"cannot read {self._name} beyond its first {self._count} frames: {error.strerror}"
            ) from error

    def _decode(self, packet: av.Packet) -> list[av.VideoFrame]:
        if self._starts_whole is None:
            self._starts_whole = packet.is_keyframe
        if not self._count and packet.size and not packet.is_discard:
            self._early.append(packet.pts)
        try:
            return packet.decode()
        except InvalidDataError:
            if not self._is_live and (self._count or self._starts_whole or not packet.size):
                raise
            return []

    def _is_shown(self, frame: av.VideoFrame) -> bool:
        is_damaged = frame.is_corrupt and bool(self._count or self._starts_whole)
        if is_damaged and not self._is_live:
            raise UnreadableFrame(f"cannot read frame {self._count} of {self._name}: damaged data")
        if not (self._count or self._starts_whole or frame.is_corrupt):
            self.left_out = sum(time is not None and frame.pts is not None and time < frame.pts for time in self._early)
        return is_damaged or not frame.is_corrupt
