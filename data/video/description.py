"""What a film is, as its header and its first frame tell."""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.format import Flags

from data.video.clock import seconds
from data.video.decoder import Decoder
from data.video.picture import Look, look_of
from data.video.source import notes_on_other_streams

GUESSED_RATE = Fraction(25)


@dataclass(frozen=True)
class Description:
    """A film's description.

    Args:
        look: how its frames become pictures.
        rate: frames per second, never 0. Frames need not follow it.
        duration: s to the end of the last frame, or None if the header does not tell.
        time_base: unit of the times of its frames, s.
        end: s from the first frame to the end of the last one, where frames are reordered: then the header tells this
            better than the last frame does. Otherwise None.
        start: time of the first frame on the container's clock, s. Sound is on the same clock.
        has_sound: whether there is an audio stream.
        has_times: whether frames have times of their own; if not, they follow `rate`.
        times_may_jump: whether times may jump without a pause in the film, as in MPEG streams.
        notes: what was applied, guessed or left out, a sentence each.
    """

    look: Look
    rate: Fraction
    duration: Fraction | None
    time_base: Fraction
    end: Fraction | None
    start: Fraction
    has_sound: bool
    has_times: bool
    times_may_jump: bool
    notes: tuple[str, ...]


def describe(decoder: Decoder, first: av.VideoFrame) -> Description:
    """Describe the film whose first frame `decoder` gave."""
    stream, container = decoder.stream, decoder.container
    look, notes = look_of(first, stream.sample_aspect_ratio)
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    # AVI has no presentation times, and FFmpeg guesses them wrong where frames are reordered.
    is_avi = container.format.name == "avi"
    start = None if is_avi and stream.codec_context.has_b_frames else seconds(first, first.pts)
    told = [*notes_on_other_streams(container), *notes]
    if decoder.left_out:
        told.append(f"it does not start with a key frame, and its first {decoder.left_out} frames cannot be shown")
    if stream.metadata.get("alpha_mode") == "1" and not look.alpha:
        told.append("its transparency is not read")
    if not (rate and (start is not None or is_avi)):
        told.append(f"it tells no {'times' if rate else 'rate'}, and {_shortest(rate or GUESSED_RATE)} fps are assumed")
    return Description(
        look=look,
        rate=rate or GUESSED_RATE,
        duration=_duration(decoder),
        time_base=stream.time_base or 1 / (rate or GUESSED_RATE),
        end=_end(decoder, start),
        start=start or Fraction(0),
        has_sound=bool(container.streams.audio),
        has_times=start is not None,
        times_may_jump=bool(Flags.ts_discont.value & container.format.flags),
        notes=tuple(told),
    )


def _duration(decoder: Decoder) -> Fraction | None:
    stream, container = decoder.stream, decoder.container
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration, av.time_base) if container.duration else None


def _end(decoder: Decoder, start: Fraction | None) -> Fraction | None:
    """In MP4, durations of reordered frames are differences of decoding times."""
    stream = decoder.stream
    if start is None or not (stream.codec_context.has_b_frames and stream.duration and stream.time_base):
        return None
    return ((stream.start_time or 0) + stream.duration) * stream.time_base - start


def _shortest(rate: Fraction) -> str:
    return f"{float(rate):.5g}"
