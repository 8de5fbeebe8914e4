"""The codecs in which a translation can be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.frames import Size


@dataclass(frozen=True)
class Codec:
    """How frames are encoded.

    suffix: of the file, where the user names none.
    even: odd sides are padded by repeating the last row or column.
    largest_px, smallest_px: of a side.
    """

    encoder: str
    suffix: str
    pix_fmt: str
    options: Mapping[str, str] = field(default_factory=dict)
    even: bool = False
    largest_px: int = 65535
    smallest_px: int = 1

    def written_size(self, size: Size) -> Size:
        """(width, height) of the encoded frames."""
        return (size[0] + size[0] % 2, size[1] + size[1] % 2) if self.even else size


CODECS = {
    # Visually lossless and quick. Without B-frames packets come in display order, and the last one tells when the film
    # ends. Frames in lookahead stay in memory, and they may be large.
    "h264": Codec(
        "libx264",
        ".mp4",
        "yuv420p",
        {"crf": "18", "preset": "veryfast", "g": "60", "rc-lookahead": "8", "bf": "0"},
        even=True,
        largest_px=16384,
    ),
    "hevc": Codec(
        "libx265",
        ".mp4",
        "yuv420p",
        {"crf": "20", "preset": "veryfast", "x265-params": "log-level=error:bframes=0"},
        even=True,
        largest_px=16384,
        smallest_px=64,  # x265 writes beyond its memory below
    ),
    "vp9": Codec(
        "libvpx-vp9",
        ".mp4",
        "yuv420p",
        {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
    ),
    "av1": Codec("libsvtav1", ".mp4", "yuv420p", {"crf": "26", "preset": "10"}, largest_px=16384),
    "ffv1": Codec("ffv1", ".mkv", "bgr0", {"level": "3", "slicecrc": "1"}),  # lossless
}
Y4M = Codec("wrapped_avframe", "", "yuv420p")  # frames as they are, for another program to read
