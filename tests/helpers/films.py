"""Makes video files of every kind that players know, for tests that read them."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 220, 20), (20, 20, 220), (235, 235, 235)


def flat(colour, size=(64, 32)):
    """uint8 [H, W, 3] of one colour."""
    return np.full((size[1], size[0], 3), colour, np.uint8)


def greys(count, size=(64, 32)):
    """Frame n is grey 10 * n."""
    return [flat((10 * n,) * 3, size) for n in range(count)]


def corners(size=(64, 32)):
    """The four quarters are red, green, blue and white, in reading order."""
    image = flat(RED, size)
    width, height = size
    image[: height // 2, width // 2 :] = GREEN
    image[height // 2 :, : width // 2] = BLUE
    image[height // 2 :, width // 2 :] = WHITE
    return image


def encode(
    path: Path,
    images: Iterable[np.ndarray | av.VideoFrame],
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rate: Fraction | int = 25,
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    options: Mapping[str, str] | None = None,
    container: Mapping[str, str] | None = None,
    sar: Fraction | None = None,
    tags: Mapping[str, int] | None = None,
    last: int | None = None,
) -> Path:
    """Write `path`.

    Args:
        times: of the frames, in `time_base`; None: one after the other.
        tags: attributes of the encoder, such as colorspace.
        last: duration of the last frame, in `time_base`.
    """
    images = list(images)
    with av.open(str(path), "w", options=dict(container or {})) as file:
        stream = file.add_stream(codec, rate=rate, options=dict(options or {}))
        first = images[0]
        stream.width, stream.height = (
            (first.width, first.height) if isinstance(first, av.VideoFrame) else first.shape[1::-1]
        )
        stream.pix_fmt = pix_fmt
        context, unit = stream.codec_context, time_base or 1 / Fraction(rate)
        context.time_base = unit
        if sar:
            context.sample_aspect_ratio = sar
        for name, value in (tags or {}).items():
            setattr(context, name, value)
        for number, image in enumerate(images):
            frame = image if isinstance(image, av.VideoFrame) else av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = times[number] if times else number, unit
            file.mux(stream.encode(frame))
        for packet in stream.encode(None):
            if last:
                packet.duration = last
            file.mux(packet)
    return path


def set_display_matrix(path: Path, matrix: Sequence[int]) -> Path:
    """Write (a, b, c, d) into the header of an MP4 file: x' = ax + cy, y' = bx + dy."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (round(n * 65536) for n in matrix)  # 16.16 fixed point
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    return path


def middle(image):
    """Mean colour around the middle of an image, [3]."""
    height, width = image.shape[:2]
    return image[height // 2 - 2 : height // 2 + 2, width // 2 - 2 : width // 2 + 2].mean(axis=(0, 1))


def join(path: Path, parts: Sequence[Path]) -> Path:
    """Copy the packets of several films of 25 fps into one, each part after the one before."""
    with av.open(str(path), "w") as output:
        stream, shift = None, 0
        for part in parts:
            with av.open(str(part)) as source:
                film = source.streams.video[0]
                stream = stream or output.add_stream_from_template(film)
                packets = [packet for packet in source.demux(film) if packet.dts is not None]
                for packet in packets:
                    packet.stream, packet.pts, packet.dts = stream, packet.pts + shift, packet.dts + shift
                    output.mux(packet)
                shift += round(len(packets) / 25 / film.time_base)
    return path


def without_start(path: Path, source: Path, packets: int) -> Path:
    """Copy a film without its first packets."""
    with av.open(str(source)) as whole, av.open(str(path), "w") as output:
        film = whole.streams.video[0]
        stream = output.add_stream_from_template(film)
        for packet in [p for p in whole.demux(film) if p.dts is not None][packets:]:
            packet.stream = stream
            output.mux(packet)
    return path


def with_hidden_frames(path: Path, source: Path, hidden: Sequence[int]) -> Path:
    """Copy a VP8 film, in which the frames of these numbers are not shown, but others may refer to them."""
    with av.open(str(source)) as whole, av.open(str(path), "w") as output:
        film = whole.streams.video[0]
        stream = output.add_stream_from_template(film)
        for number, packet in enumerate(p for p in whole.demux(film) if p.dts is not None):
            content = bytearray(bytes(packet))
            if number in hidden:
                content[0] &= ~0x10  # show_frame, RFC 6386 section 9.1
            copy = av.Packet(bytes(content))
            copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
            copy.is_keyframe, copy.stream = packet.is_keyframe, stream
            output.mux(copy)
    return path


def with_sound(source: Path, path: Path) -> Path:
    """Copy a film and add a second of silence."""
    with av.open(str(source)) as whole, av.open(str(path), "w") as output:
        film = output.add_stream_from_template(whole.streams.video[0])
        sound = output.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 44100
        for packet in [p for p in whole.demux(video=0) if p.dts is not None]:
            packet.stream = film
            output.mux(packet)
        output.mux(sound.encode(silence))
        output.mux(sound.encode(None))
    return path
