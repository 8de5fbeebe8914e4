"""Whether a Shortcut pays: its speed against its teacher and its quality against flow warp, in figures and in words."""

from collections.abc import Mapping

from util.scores import OURS, TEACHER

FIXED = f"{OURS}_fixed"
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
        "stream_speedup": _speedup(stream_ms, TEACHER, OURS),
        "stream_speedup_fixed": _speedup(stream_ms, TEACHER, FIXED),
        "psnr_over_flow_warp": _lead(quality, baselines.get("flow_warp", {})),
        "streams": streams or None,
    }


def sentence(figures: Mapping[str, float | None]) -> str:
    """What `verdict` found, in one line; what was not measured is left out."""
    skipped, whole, lead = (figures[key] for key in ("skipped_speedup", "stream_speedup", "psnr_over_flow_warp"))
    parts = [f"skipped frame {pace(skipped)} its teacher here"]
    if whole is not None:
        both_faster = _shown(skipped) == _shown(whole) == "faster"
        fixed = figures.get("stream_speedup_fixed")
        beside = "" if fixed is None else f" ({short_pace(fixed)} at a fixed interval)"
        parts.append(f"whole video {f'{whole:.1f}x' if both_faster else short_pace(whole)}{beside}")
    if lead is not None:
        parts.append(f"{lead:+.1f} dB over flow warp" if lead >= 0 else f"{-lead:.1f} dB below flow warp")
    return ", ".join(parts)


def pace(speedup: float) -> str:
    """"2.9x faster than", "1.8x slower than" or "as fast as"."""
    return f"{short_pace(speedup)} {'as' if _shown(speedup) == 'as fast' else 'than'}"


def short_pace(speedup: float) -> str:
    """"2.9x faster", "1.8x slower" or "as fast"."""
    way = _shown(speedup)
    return way if way == "as fast" else f"{max(speedup, 1 / speedup):.1f}x {way}"


def _shown(speedup: float) -> str:
    if f"{max(speedup, 1 / speedup):.1f}" == "1.0":
        return "as fast"
    return "faster" if speedup > 1 else "slower"


def warnings(macs: Mapping[str, float], latency_ms: Times | None = None) -> list[str]:
    """One line for each measure by which a skipped frame costs more than the teacher that it is to replace."""
    told = []
    if macs["skipped"] > macs["teacher"]:
        both = f"{macs['skipped'] / 1e9:.3f} G MACs, the teacher {macs['teacher'] / 1e9:.3f} G"
        told.append(f"warning: a skipped frame costs more than the teacher: {both}")
    if latency_ms and latency_ms["skipped"]["median"] > latency_ms[TEACHER]["median"]:
        skipped, teacher = (latency_ms[kind]["median"] for kind in ("skipped", TEACHER))
        told.append(f"warning: a skipped frame takes longer than the teacher: {skipped:.1f} ms, the teacher {teacher:.1f}")
    return told


def _speedup(times: Times, teacher: str, ours: str) -> float | None:
    return times[teacher]["median"] / times[ours]["median"] if teacher in times and ours in times else None


def _lead(ours: Mapping, rival: Mapping) -> float | None:
    """How far our PSNR on skipped frames lies above the rival's, dB."""
    both = [figures.get("psnr", {}).get("skipped") for figures in (ours, rival)]
    return None if None in both else both[0] - both[1]
