"""Whether a Shortcut pays off: its speed against its teacher and its quality against flow warp, as figures and text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from util.report.record import SHORTCUT, TEACHER

FIXED = f"{SHORTCUT}_fixed"
Times = Mapping[str, Mapping[str, float]]  # name -> {"median", "p95"} in ms


def verdict(latency_ms: Times, streams: Mapping, quality: Mapping, baselines: Mapping) -> dict[str, object]:
    """The figures that `sentence` puts into words; None for what was not measured.

    A speed-up is the teacher's median time over the Shortcut's: above 1 the Shortcut is faster.

    Args:
        latency_ms: times of single frames: "teacher_eager", "teacher" and "skipped".
        streams: "ms": times of whole videos per frame, by "teacher", "shortcut" and "shortcut_fixed"; {}: not measured.
        quality, baselines: as in metrics.json.

    Returns:
        skipped_speedup: of a skipped frame over the teacher, with the same optimisations and number format.
        skipped_speedup_eager: of a skipped frame over the teacher as it was trained.
        stream_speedup: of a whole video, decoded, translated and encoded.
        stream_speedup_fixed: the same at a fixed interval, if the evaluated refresh is adaptive.
        psnr_over_flow_warp: PSNR of skipped frames minus that of flow warp, dB.
        streams: the argument, or None.
    """
    stream_ms = streams.get("ms", {})
    return {
        "skipped_speedup": _speedup(latency_ms, TEACHER, "skipped"),
        "skipped_speedup_eager": _speedup(latency_ms, "teacher_eager", "skipped"),
        "stream_speedup": _speedup(stream_ms, TEACHER, SHORTCUT),
        "stream_speedup_fixed": _speedup(stream_ms, TEACHER, FIXED),
        "psnr_over_flow_warp": _lead(quality, baselines.get("flow_warp", {})),
        "streams": streams or None,
    }


def streamed(record: Mapping) -> Times:
    """Times of whole videos in a run's record, ms per frame: name -> {"median", "p95"}; {} if not measured."""
    return ((record.get("verdict") or {}).get("streams") or {}).get("ms", {})


def sentence(figures: Mapping[str, Any]) -> str:
    """The figures of `verdict` in one line of text, without those that were not measured."""
    skipped, whole, lead = (figures[key] for key in ("skipped_speedup", "stream_speedup", "psnr_over_flow_warp"))
    than = "as" if _pace(skipped) == "as fast" else "than"
    parts = [f"skipped frame {_pace(skipped)} {than} its teacher here"]
    if whole is not None:
        pace, fixed = _pace(whole), figures["stream_speedup_fixed"]
        if _pace(skipped).endswith("faster"):
            pace = pace.removesuffix(" faster")
        parts.append(f"whole video {pace}" + ("" if fixed is None else f" ({_pace(fixed)} at a fixed interval)"))
    if lead is not None:
        parts.append(f"{lead:+.1f} dB over flow warp" if lead >= 0 else f"{-lead:.1f} dB below flow warp")
    return ", ".join(parts)


@dataclass(frozen=True)
class Tile:
    """A verdict in large letters: `value` and `text` make one sentence, `note` says what was measured.

    Args:
        pays: whether the verdict speaks for the Shortcut; None: for neither.
    """

    value: str
    text: str
    note: str
    pays: bool | None


def tiles(figures: Mapping[str, Any]) -> list[Tile]:
    """The verdict for the top of the page, without what was not measured: quality, then speed of a whole video.

    A run that timed no whole video has the speed of a skipped frame instead.
    """
    lead, whole, skipped = (figures.get(key) for key in ("psnr_over_flow_warp", "stream_speedup", "skipped_speedup"))
    found = []
    if lead is not None:
        value, text = (f"{lead:+.1f} dB", "over flow warp") if lead >= 0 else (f"{-lead:.1f} dB", "below flow warp")
        even = f"{abs(lead):.1f}" == "0.0"
        found.append(Tile(value, text, "quality: PSNR of skipped frames", None if even else lead > 0))
    if whole is not None:
        fixed, notes = figures.get("stream_speedup_fixed"), ["whole video, with decoding and encoding"]
        notes += [] if skipped is None else [f"a skipped frame {_pace(skipped)}"]
        notes += [] if fixed is None else [f"at a fixed interval {_pace(fixed)}"]
        found.append(_speed_tile(whole, "; ".join(notes)))
    elif skipped is not None:
        found.append(_speed_tile(skipped, "a skipped frame; no whole video was timed"))
    return found


def _speed_tile(speedup: float, note: str) -> Tile:
    pace = _pace(speedup)
    even = pace == "as fast"
    text = f"{'as' if even else 'than'} its teacher on this machine"
    return Tile(pace, text, f"speed: {note}", None if even else speedup > 1)


def _pace(speedup: float) -> str:
    """The speed-up as text: "2.9x faster", "1.8x slower" or "as fast"."""
    times = max(speedup, 1 / speedup)
    if f"{times:.1f}" == "1.0":
        return "as fast"
    return f"{times:.1f}x {'faster' if speedup > 1 else 'slower'}"


def warnings(macs: Mapping[str, float], latency_ms: Times | None = None) -> list[str]:
    """One line of text for each measure, MACs and time, in which a skipped frame costs more than the teacher."""
    lines, start = [], "warning: a skipped frame"
    if macs["skipped"] > macs["teacher"]:
        skipped, teacher = macs["skipped"] / 1e9, macs["teacher"] / 1e9
        lines.append(f"{start} costs more than the teacher: {skipped:.4g} G MACs, the teacher {teacher:.4g} G")
    if latency_ms and latency_ms["skipped"]["median"] > latency_ms[TEACHER]["median"]:
        skipped, teacher = (latency_ms[kind]["median"] for kind in ("skipped", TEACHER))
        lines.append(f"{start} takes longer than the teacher: {skipped:.1f} ms, the teacher {teacher:.1f}")
    return lines


def _speedup(times: Times, teacher: str, shortcut: str) -> float | None:
    return times[teacher]["median"] / times[shortcut]["median"] if teacher in times and shortcut in times else None


def _lead(shortcut: Mapping, baseline: Mapping) -> float | None:
    """PSNR of skipped frames, the Shortcut's minus the baseline's, dB; None if one was not measured."""
    both = [figures.get("psnr", {}).get("skipped") for figures in (shortcut, baseline)]
    return None if None in both else both[0] - both[1]
