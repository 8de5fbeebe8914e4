"""Opens a video: a file, an address, or an open stream of bytes; and finds the stream in it that is the film."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

STILL_CODECS = {"mjpeg", "png", "bmp", "gif", "webp", "tiff"}  # beside a film in another codec, a cover or a preview
# A file in one of these formats is a list of other files and addresses, which it would make FFmpeg read.
LISTS = {"concat", "dash", "hls", "imf", "lavfi", "sdp", "webm_dash_manifest"}
LISTS_OF_ADDRESSES = frozenset({"dash", "hls"})  # read where a user gave an address
LISTS_BEGIN = (b"ffconcat", b"#EXTM3U", b"<MPD")
LIST_REFUSED = "it is a list of other files; give these files themselves, or a list's address"
NOT_A_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@dataclass(frozen=True)
class Source:
    """Where a video comes from.

    Args:
        place: a file; an address or a device that FFmpeg opens; or an open binary file, which need not be seekable.
        format: FFmpeg's name of the container, where it cannot be told from the content, such as "rawvideo".
        options: FFmpeg's options of the container.
    """

    place: Path | str | BinaryIO
    format: str | None = None
    options: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """For messages."""
        return str(self.place if isinstance(self.place, Path | str) else getattr(self.place, "name", "the input"))

    @property
    def is_file(self) -> bool:
        """Whether it can be opened again and again."""
        return isinstance(self.place, Path | str) and Path(self.place).is_file()

    @property
    def is_live(self) -> bool:
        """Whether it is an address, over which parts of a film may be lost."""
        return isinstance(self.place, str) and not self.is_file

    def open(self) -> InputContainer:
        """Open it for reading.

        Raises:
            FileNotFoundError: `place` is a path, and nothing is there.
            ValueError: it is no video but perhaps a list of videos, or it holds no film.
        """
        place = self.place
        if isinstance(place, Path) and not place.exists():
            raise FileNotFoundError(f"no video file {place}")
        # Without "file:", FFmpeg takes what stands before a colon in a file's name for a protocol.
        opened = f"file:{place}" if isinstance(place, Path) or self.is_file else place
        formats = {"format_whitelist": _formats(LISTS_OF_ADDRESSES if self.is_live else frozenset())}
        try:
            container = av.open(opened, "r", format=self.format, options={**formats, **(self.options or {})})
        except FFmpegError as error:
            why = LIST_REFUSED if self.is_file and _is_list(Path(str(place))) else error.strerror
            raise ValueError(f"{self.name} is not a video that can be read: {why}") from error
        if not any(_is_film(stream) for stream in container.streams.video):
            with container:
                but = ", only a cover picture" if container.streams.video else ""
                raise ValueError(f"{self.name} holds no video stream{but}")
        return container


@cache
def _formats(lists: frozenset[str]) -> str:
    """FFmpeg's list of formats that may be read: all but lists of files, of which only `lists` are."""
    names = {name for formats in av.formats_available for name in formats.split(",")}
    return ",".join(sorted(names - LISTS | lists))


def _is_list(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(1024)
    return any(begin in start for begin in LISTS_BEGIN)


def film_stream(container: InputContainer) -> VideoStream:
    """The video stream that a player shows: the default one, and the largest where that does not tell."""
    films = [stream for stream in container.streams.video if _is_film(stream)]
    return max(films, key=_rank)


def notes_on_other_streams(container: InputContainer) -> Iterator[str]:
    """A sentence for each kind of video stream that is not shown."""
    others = [stream for stream in container.streams.video if stream is not film_stream(container)]
    if films := sum(_is_film(stream) for stream in others):
        yield f"it has {films + 1} video streams, and only stream {film_stream(container).index} is read"
    if len(others) > films:
        yield "its cover picture is ignored"


def _is_film(stream: VideoStream) -> bool:
    return not stream.disposition & NOT_A_FILM


def _rank(stream: VideoStream) -> tuple[bool, bool, bool, int]:
    """Higher for what is more likely the film. A single picture is a cover or a preview, whatever it is marked as."""
    is_moving, is_default = stream.frames != 1, bool(stream.disposition & Disposition.default)
    return is_moving, stream.codec.canonical_name not in STILL_CODECS, is_default, stream.width * stream.height
