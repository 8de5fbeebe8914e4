"""What a video file has beside its pictures, sound, subtitles, chapters and metadata: copied, not encoded again."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from math import inf
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

COPIED = ("audio", "subtitle")
OF_THE_FILE = {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"}  # metadata of the container


class Tracks:
    """The other tracks of a file, read beside its frames. A context manager.

    Args:
        path: of the file.
        origin: time in seconds, by the file's clock, that becomes 0.
        notes: gets a sentence for each track that the output cannot hold.
        cut: the tracks end with the pictures; otherwise they are copied to their own ends.
    """

    def __init__(self, path: Path, origin: Fraction, notes: list[str], cut: bool = False):
        self.path, self._origin, self._notes, self._cut = path, origin, notes, cut

    def __enter__(self) -> "Tracks":
        self._source: InputContainer = av.open(f"file:{self.path}", "r")
        return self

    def add_to(self, output: OutputContainer) -> None:
        """Declare every track that `output` can hold, and copy the metadata."""
        self._output, self._copies = output, {}
        output.metadata.update({k: v for k, v in self._source.metadata.items() if k.lower() not in OF_THE_FILE})
        output.set_chapters(self._source.chapters())
        for stream in self._source.streams:
            if stream.type in COPIED and not self._add(stream):
                self._notes.append(f"{_told(stream)} is not copied: {output.format.name} cannot hold it")
            elif stream.type == "data" and not self._source.chapters():  # the text of chapters is such a track, too
                self._notes.append(f"{_told(stream)} is not copied")
        self._packets = self._read()
        self._next = next(self._packets, None)

    def finish(self, seconds: Fraction) -> None:
        """Copy what is left, after the last picture, which is shown until `seconds`."""
        self.copy_until(seconds if self._cut else inf)

    def copy_until(self, seconds: Fraction | float) -> None:
        """Copy the packets that begin before this time."""
        while self._next is not None and _begins(self._next) < seconds:
            source = self._next.stream
            self._next.stream = self._copies[source.index]
            self._output.mux(self._next)
            self._next = next(self._packets, None)

    def _add(self, stream: Stream) -> bool:
        """Whether `output` has taken the track."""
        if _codec(stream) not in self._output.supported_codecs:
            return False
        try:
            copy = self._output.add_stream_from_template(stream)
        except (ValueError, FFmpegError):
            return False
        copy.metadata.update({k: v for k, v in stream.metadata.items() if k.lower() not in OF_THE_FILE})
        with contextlib.suppress(AttributeError):
            copy.disposition = stream.disposition
        self._copies[stream.index] = copy
        return True

    def _read(self) -> Iterator[Packet]:
        """The packets to copy, in the order of the file, their times moved by `origin`."""
        streams = [self._source.streams[index] for index in self._copies]
        for packet in self._source.demux(streams) if streams else ():
            if packet.dts is None:  # the mark of the end
                continue
            ticks = round(self._origin / packet.time_base)
            packet.dts -= ticks
            packet.pts = None if packet.pts is None else packet.pts - ticks
            yield packet

    def __exit__(self, *error) -> None:
        self._source.close()


def _begins(packet: Packet) -> Fraction:
    ticks = packet.dts if packet.pts is None else packet.pts
    return (ticks or 0) * packet.time_base


def _codec(stream: Stream) -> str:
    codec = stream.codec_context
    return codec.codec.canonical_name if codec is not None else "unknown"


def _told(stream: Stream) -> str:
    language = stream.metadata.get("language")
    return f"{stream.type} track {stream.index} ({_codec(stream)}{f', {language}' if language else ''})"
