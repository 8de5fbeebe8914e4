import pytest

from util.report.verdict import sentence, tiles, verdict, warnings


def times(**medians):
    return {kind: {"median": ms, "p95": 2 * ms} for kind, ms in medians.items()}


SINGLE = times(teacher_eager=34.0, teacher=29.0, skipped=10.0)
STREAM = times(teacher=31.5, shortcut=15.0)
SHORTCUT, WARP = {"psnr": {"skipped": 35.0}}, {"flow_warp": {"psnr": {"skipped": 33.1}}}


def said(single=SINGLE, stream=STREAM, quality=SHORTCUT, baselines=WARP):
    return sentence(verdict(single, {"ms": stream}, quality, baselines))


def test_a_speedup_is_the_teachers_time_over_ours_and_the_lead_a_difference():
    found = verdict(SINGLE, {"ms": STREAM}, SHORTCUT, WARP)
    assert found["skipped_speedup"] == pytest.approx(2.9) and found["skipped_speedup_eager"] == pytest.approx(3.4)
    assert found["stream_speedup"] == pytest.approx(2.1) and found["stream_speedup_fixed"] is None
    assert found["psnr_over_flow_warp"] == pytest.approx(1.9)


def test_a_shortcut_that_pays_is_praised():
    assert said() == "skipped frame 2.9x faster than its teacher here, whole video 2.1x, +1.9 dB over flow warp"


def test_one_that_does_not_is_told_so_plainly():
    slow, worse = times(teacher=10.0, skipped=18.0), {"flow_warp": {"psnr": {"skipped": 35.44}}}
    assert said(slow, times(teacher=10.0, shortcut=13.0), baselines=worse) == (
        "skipped frame 1.8x slower than its teacher here, whole video 1.3x slower, 0.4 dB below flow warp"
    )
    assert "1.8x slower than its teacher here, whole video 2.1x faster, " in said(slow)
    assert said(stream=times(teacher=10.0, shortcut=10.2)).startswith(
        "skipped frame 2.9x faster than its teacher here, whole video as fast, "
    )
    assert said(times(teacher=10.0, skipped=10.1)).startswith("skipped frame as fast as its teacher here, ")


def test_what_was_not_measured_is_left_out():
    assert verdict(SINGLE, {}, {}, {})["streams"] is None
    assert said(stream={}, baselines={}) == "skipped frame 2.9x faster than its teacher here"
    assert said(quality={"psnr": {"skipped": None}}).endswith("whole video 2.1x")


def test_a_fixed_interval_stands_beside_an_adaptive_refresh():
    both = {**STREAM, **times(shortcut_fixed=21.0)}
    assert "whole video 2.1x (1.5x faster at a fixed interval), +1.9 dB" in said(stream=both)


def test_a_skipped_frame_that_costs_more_than_the_teacher_is_warned_of_with_both_numbers():
    cheap, dear = {"teacher": 2_000_000_000, "skipped": 1}, {"teacher": 2_000_000_000, "skipped": 2_500_000_000}
    assert warnings(cheap) == warnings(cheap, SINGLE) == []
    assert warnings(dear) == ["warning: a skipped frame costs more than the teacher: 2.5 G MACs, the teacher 2 G"]
    assert warnings(cheap, times(teacher=10.04, skipped=18.0)) == [
        "warning: a skipped frame takes longer than the teacher: 18.0 ms, the teacher 10.0"
    ]


def shown(single=SINGLE, stream=STREAM, quality=SHORTCUT, baselines=WARP):
    return [(f"{t.value} {t.text}", t.pays) for t in tiles(verdict(single, {"ms": stream}, quality, baselines))]


def test_tiles_say_quality_then_speed_of_a_whole_video():
    assert shown() == [("+1.9 dB over flow warp", True), ("2.1x faster than its teacher on this machine", True)]
    both = {**STREAM, **times(shortcut_fixed=21.0)}
    *_, speed = tiles(verdict(SINGLE, {"ms": both}, SHORTCUT, WARP))
    assert speed.note.endswith("; a skipped frame 2.9x faster; at a fixed interval 1.5x faster")


def test_tiles_say_the_plain_opposite():
    worse = {"flow_warp": {"psnr": {"skipped": 35.44}}}
    assert shown(stream=times(teacher=10.0, shortcut=13.0), baselines=worse) == [
        ("0.4 dB below flow warp", False),
        ("1.3x slower than its teacher on this machine", False),
    ]
    assert shown(stream=times(teacher=10.0, shortcut=10.1), baselines={"flow_warp": SHORTCUT}) == [
        ("+0.0 dB over flow warp", None),
        ("as fast as its teacher on this machine", None),
    ]


def test_tiles_of_a_run_that_timed_no_video_are_of_a_skipped_frame():
    (speed,) = tiles(verdict(SINGLE, {}, {}, {}))
    assert speed.value == "2.9x faster" and "a skipped frame" in speed.note and tiles({}) == []
