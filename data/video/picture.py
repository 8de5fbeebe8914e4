"""What a player shows of a decoded frame: its proportions, its colours, upright and without interlacing."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import ColorPrimaries, ColorTrc

Filter = tuple[str, dict[str, str]]  # name of an FFmpeg filter, its options

BT709, BT601 = 1, 6  # colour matrices, as numbered in ITU-T H.273 and FFmpeg
MATRICES = {BT709: "bt709", 4: "fcc", 5: "bt470bg", BT601: "smpte170m", 7: "smpte240m", 9: "bt2020ncl", 10: "bt2020ncl"}
UNTOLD = 2
SD_WIDTH, SD_HEIGHT = 1279, 576  # players take untagged frames up to this size for BT.601, larger ones for BT.709
HDR: dict[int, str] = {ColorTrc.ARIB_STD_B67: "HLG", ColorTrc.SMPTE2084: "PQ"}
WIDE: dict[int, str] = {
    ColorPrimaries.BT2020: "bt2020",
    ColorPrimaries.SMPTE431: "smpte431",
    ColorPrimaries.SMPTE432: "smpte432",
}
TURNS: dict[
    tuple[int, ...], tuple[Filter, ...]
] = {  # signs of a display matrix (a, b, c, d): x' = ax + cy, y' = bx + dy
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): (("hflip", {}),),
    (1, 0, 0, -1): (("vflip", {}),),
    (-1, 0, 0, -1): (("hflip", {}), ("vflip", {})),
    (0, 1, -1, 0): (("transpose", {"dir": "clock"}),),
    (0, -1, 1, 0): (("transpose", {"dir": "cclock"}),),
    (0, 1, 1, 0): (("transpose", {"dir": "cclock_flip"}),),
    (0, -1, -1, 0): (("transpose", {"dir": "clock_flip"}),),
}


@dataclass(frozen=True)
class Look:
    """How the frames of one film become pictures, decided from its first frame.

    Args:
        coded: (width, height) px of the decoded frames.
        scaled: the same with square pixels, before turning.
        turn: the filters that turn and mirror.
        matrix: colour matrix of the frames that do not tell theirs.
        hdr: "HLG", "PQ" or "".
        wide: FFmpeg's name of the primaries of an SDR film that are wider than BT.709's; or "".
        alpha: whether frames have an alpha channel.
        interlaced: whether the first frame is.
    """

    coded: tuple[int, int]
    scaled: tuple[int, int]
    turn: tuple[Filter, ...]
    matrix: int
    hdr: str
    wide: str
    alpha: bool
    interlaced: bool

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the pictures, px."""
        turned = any(name == "transpose" for name, _ in self.turn)
        width, height = self.scaled
        return (height, width) if turned else (width, height)

    def tag(self, frame: av.VideoFrame) -> None:
        """Give a decoded frame the colour matrix that it does not tell, in place."""
        if not frame.format.is_rgb and frame.colorspace not in MATRICES:
            frame.colorspace = self.matrix

    def filters(self, frame: av.VideoFrame, interlaced: bool) -> list[Filter]:
        """The filters from a decoded frame to its RGB picture; none where only the pixel format differs."""
        is_scaled = self.scaled != (frame.width, frame.height)
        if not (interlaced or is_scaled or self.turn or self.hdr or self.wide or self.alpha):
            return []
        deinterlace = [("bwdif", {"mode": "send_frame", "deint": "interlaced"})] if interlaced else []
        scale = ("scale", {"w": str(self.scaled[0]), "h": str(self.scaled[1]), "flags": "bilinear"})
        rgb = ("format", {"pix_fmts": "rgb24"})
        return [*deinterlace, *self._gamut(frame), scale, *self._tones(), rgb, *self.turn]

    def _gamut(self, frame: av.VideoFrame) -> list[Filter]:
        if not self.wide:
            return []
        told = {"iprimaries": self.wide, "ispace": MATRICES[frame.colorspace], "itrc": "bt709"}
        return [("colorspace", {**told, "all": "bt709"})]

    def _tones(self) -> list[Filter]:
        if self.hdr:
            table = Path(__file__).with_name(f"{self.hdr.lower()}.cube")
            return [("format", {"pix_fmts": "gbrp16"}), ("lut3d", {"file": str(table), "interp": "tetrahedral"})]
        if self.alpha:
            return [("format", {"pix_fmts": "gbrap"}), ("premultiply", {"inplace": "1"})]
        return []


def look_of(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> tuple[Look, list[str]]:
    """The look of a film and notes on it, from its first frame and the width of its pixels in heights."""
    aspect, hdr = pixel_aspect or Fraction(1), HDR.get(frame.color_trc, "")
    matrix, turn = _matrix(frame), _nearest_turn(frame)
    look = Look(
        coded=(frame.width, frame.height),
        scaled=(max(1, round(frame.width * aspect)), frame.height),
        turn=TURNS[turn],
        matrix=matrix,
        hdr=hdr,
        wide="" if hdr or frame.format.is_rgb else WIDE.get(frame.color_primaries, ""),
        alpha=any(component.is_alpha for component in frame.format.components),
        interlaced=frame.interlaced_frame,
    )
    return look, list(_notes(look, frame, aspect))


def _matrix(frame: av.VideoFrame) -> int:
    if frame.colorspace in MATRICES:
        return frame.colorspace
    return BT601 if frame.width <= SD_WIDTH and frame.height <= SD_HEIGHT else BT709


def _nearest_turn(frame: av.VideoFrame) -> tuple[int, ...]:
    """The signs of the frame's display matrix (a, b, c, d), an angle in between rounded to a quarter turn."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(data))
    kept = (a, 0, 0, d) if abs(a) + abs(d) >= abs(b) + abs(c) else (0, b, c, 0)
    signs = tuple((n > 0) - (n < 0) for n in kept)
    return signs if signs in TURNS else (1, 0, 0, 1)


def _notes(look: Look, frame: av.VideoFrame, aspect: Fraction) -> Iterator[str]:
    if look.hdr:
        yield f"it is HDR ({look.hdr}), and its colours are tone-mapped to SDR"
    if look.wide:
        yield f"its wide colours ({look.wide}) are converted to BT.709"
    if not frame.format.is_rgb and frame.colorspace not in (*MATRICES, UNTOLD):
        yield f"its colour matrix {frame.colorspace} is not supported, and {MATRICES[look.matrix]} is assumed"
    if aspect != 1:
        was, now = (f"{width} x {frame.height}" for width in (frame.width, look.scaled[0]))
        yield f"its pixels are not square, and its frames of {was} are scaled to {now}"
    if look.interlaced:
        yield "it is interlaced, and its frames are deinterlaced"
    if look.alpha and frame.to_ndarray(format="rgba")[..., 3].min() < 255:
        yield "its transparency is not kept: transparent parts are shown over black"
