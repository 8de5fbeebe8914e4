"""Small films with sound, subtitles and chapters."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SOUND_RATE = 48000


def film(
    path: Path, times=range(12), size=(64, 48), sound: bool = True, start: int = 0, chapters: bool = False
) -> Path:
    """Frame k shows the grey 20 * k from (start + times[k]) / 25 s on; the sound begins at 0 and lasts to the end."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"bf": "0", "crf": "5"})
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        track = output.add_stream("aac", rate=SOUND_RATE, layout="mono") if sound else None
        output.metadata.update({"creation_time": "2021-02-03T04:05:06.000000Z", "title": "a title"})
        if chapters:
            second = {"id": 1, "start": 0, "end": 240, "time_base": Fraction(1, 1000), "metadata": {"title": "first"}}
            output.set_chapters([second])
        if track is not None:
            track.metadata["language"] = "fra"
        for number, time in enumerate(times):
            grey = np.full((size[1], size[0], 3), 20 * number % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = start + time, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if track is not None:
            samples = (start + max(times) + 1) * SOUND_RATE // 25
            for first in range(0, samples, 1024):
                tone = np.sin(np.arange(first, first + 1024, dtype=np.float32) / 16)[None] * 0.3
                wave = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
                wave.sample_rate, wave.pts, wave.time_base = SOUND_RATE, first, Fraction(1, SOUND_RATE)
                output.mux(track.encode(wave))
            output.mux(track.encode(None))
    return path


def sound(path: Path) -> list[tuple[float, bytes]]:
    """(seconds from the first picture, content) of each packet of sound."""
    with av.open(str(path)) as container:
        first = next(container.decode(video=0)).time
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams.audio) if packet.dts is not None]
        return [(float(packet.pts * packet.time_base) - first, bytes(packet)) for packet in packets]
