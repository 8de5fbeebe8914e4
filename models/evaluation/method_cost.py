"""What each method costs on the frames that it was shown on."""

from collections.abc import Mapping

from models.evaluation.scores import Scores
from util.report.methods import SHORTCUTS, TEACHER


def method_cost(
    scores: Scores, macs: Mapping[str, float], latency_ms: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """method -> {"macs", "saving", "ms"}: means per frame; a saving is that over the teacher on every frame.

    A Shortcut runs reference and skipped frames as often as it did here. A baseline runs the whole teacher where the
    Shortcut renews its reference, and no network in between. Times of networks are the medians of `latency_ms`, which
    were taken in turn; those of a baseline's skipped frames were taken on the frames.

    Args:
        macs: of one "teacher", "reference" and "skipped" frame.
    """
    ms = {kind: times["median"] for kind, times in latency_ms.items()}
    costs = {}
    for method in scores.methods:
        share = _reference_share(scores, method)
        whole, between = ("reference", "skipped") if method in SHORTCUTS else ("teacher", None)
        ms_between = ms[between] if between else scores.skipped_ms(method)
        mean_macs = share * macs[whole] + (1 - share) * (macs[between] if between else 0)
        mean_ms = share * ms[whole] + (1 - share) * ms_between
        costs[method] = {"macs": mean_macs, "saving": macs["teacher"] / mean_macs, "ms": mean_ms}
    return costs


def _reference_share(scores: Scores, method: str) -> float:
    """Share of frames on which the method runs all of the teacher."""
    if method == TEACHER:
        return 1.0
    frames = scores.frames(method)
    return frames["reference"] / frames["total"]
