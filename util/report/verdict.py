"""Whether a Shortcut pays: its speed against its teacher and its quality against flow warp, in figures and in words."""

from collections.abc import Mapping
from typing import Any

from util.report.record import SHORTCUT, TEACHER

FIXED = f"{SHORTCUT}_fixed"
Times = Mapping[str, Mapping[str, float]]  # name -> {"median", "p95"} in ms


def verdict(latency_ms: Times, streams: Mapping, quality: Mapping, baselines: Mapping) -> dict[str, object]:
    """What `sentence` says, in figures; None where something was not measured.

    Every speed-up is the teacher's median over the Shortcut's, above 1 where the Shortcut is faster.

        skipped_speedup: of a skipped frame, over the teacher under the same optimisations, in the same numbers.
        skipped_speedup_eager: the same over the teacher as it was trained.
        stream_speedup: of a whole video, decoded, translated and encoded.
        stream_speedup_fixed: the same with a reference at a fixed interval, where the judged refresh is adaptive.
        psnr_over_flow_warp: dB on skipped frames.
        streams: as given.

    Args:
        latency_ms: single frames, "teacher_eager", "teacher" and "skipped".
        streams: whole videos; "ms" of a frame by "teacher", "shortcut" and "shortcut_fixed". {}: none was streamed.
        quality, baselines: as in metrics.json.
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
    """ms of whole videos, name -> {"median", "p95"}, in a run's record; {} where none was streamed."""
    return ((record.get("verdict") or {}).get("streams") or {}).get("ms", {})


def sentence(figures: Mapping[str, Any]) -> str:
    """What `verdict` found, in one line; what was not measured is left out."""
    skipped, whole, lead = (figures[key] for key in ("skipped_speedup", "stream_speedup", "psnr_over_flow_warp"))
    than = "as" if _pace(skipped) == "as fast" else "than"
    parts = [f"skipped frame {_pace(skipped)} {than} its teacher here"]
    if whole is not None:
        said, fixed = _pace(whole), figures["stream_speedup_fixed"]
        if _pace(skipped).endswith("faster"):
            said = said.removesuffix(" faster")
        parts.append(f"whole video {said}" + ("" if fixed is None else f" ({_pace(fixed)} at a fixed interval)"))
    if lead is not None:
        parts.append(f"{lead:+.1f} dB over flow warp" if lead >= 0 else f"{-lead:.1f} dB below flow warp")
    return ", ".join(parts)


def tiles(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what stands large, what it is) of all that was measured, in the order of `sentence`."""
    lead, fixed = figures.get("psnr_over_flow_warp"), figures.get("stream_speedup_fixed")
    beside = "" if fixed is None else f"; at a fixed interval {_pace(fixed)}"
    told = {
        "skipped_speedup": "a skipped frame, beside its teacher here",
        "stream_speedup": f"a whole video, decoded and encoded{beside}",
    }
    found = [
        (_pace(figures[key]).replace("x ", "× "), text) for key, text in told.items() if figures.get(key) is not None
    ]
    return found if lead is None else [*found, (f"{lead:+.1f} dB", "PSNR of skipped frames over flow warp")]


def _pace(speedup: float) -> str:
    """In words: "2.9x faster", "1.8x slower" or "as fast"."""
    times = max(speedup, 1 / speedup)
    if f"{times:.1f}" == "1.0":
        return "as fast"
    return f"{times:.1f}x {'faster' if speedup > 1 else 'slower'}"


def warnings(macs: Mapping[str, float], latency_ms: Times | None = None) -> list[str]:
    """One line for each measure by which a skipped frame costs more than the teacher that it is to replace."""
    told, costs = [], "warning: a skipped frame"
    if macs["skipped"] > macs["teacher"]:
        skipped, teacher = macs["skipped"] / 1e9, macs["teacher"] / 1e9
        told.append(f"{costs} costs more than the teacher: {skipped:.4g} G MACs, the teacher {teacher:.4g} G")
    if latency_ms and latency_ms["skipped"]["median"] > latency_ms[TEACHER]["median"]:
        skipped, teacher = (latency_ms[kind]["median"] for kind in ("skipped", TEACHER))
        told.append(f"{costs} takes longer than the teacher: {skipped:.1f} ms, the teacher {teacher:.1f}")
    return told


def _speedup(times: Times, teacher: str, ours: str) -> float | None:
    return times[teacher]["median"] / times[ours]["median"] if teacher in times and ours in times else None


def _lead(ours: Mapping, rival: Mapping) -> float | None:
    """How far our PSNR on skipped frames lies above the rival's, dB."""
    both = [figures.get("psnr", {}).get("skipped") for figures in (ours, rival)]
    return None if None in both else both[0] - both[1]
