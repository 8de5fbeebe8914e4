"""Finished runs as test.py leaves them, with figures that a test chooses."""

from pathlib import Path

from util.report.record import write_run

FIGURES = {
    "psnr": {"label": "PSNR dB", "better": "↑", "digits": 2, "frames": ["skipped", "pooled"]},
    "ssim": {"label": "SSIM", "better": "↑", "digits": 4, "frames": ["skipped"]},
    "warp_error": {"label": "warp err", "better": "↓", "digits": 6, "frames": ["all"]},
    "flicker": {"label": "flicker", "better": "↓", "digits": 3, "frames": ["all"]},
    "miou": {"label": "mIoU", "better": "↑", "digits": 4, "frames": ["all"]},
    "mp": {"label": "MP", "better": "↑", "digits": 4, "frames": ["all"]},
}

MACS = {"teacher": 10_000_000_000, "head": 1, "body": 8, "tail": 1, "block": 2, "prepare": 0}
MACS |= {"skipped": 4_000_000_000, "reference": 10_000_000_000}


def psnr(skipped: float, *at_distance: float) -> dict:
    distances = {str(d): value for d, value in enumerate(at_distance, 1)}
    return {"psnr": {"skipped": skipped, "all": 60.0, "pooled": skipped + 1, "per_distance": distances}}


def record(skipped: float = 30.0, interval: int = 3, **more: object) -> dict:
    """A run whose Shortcut has this PSNR; `more` replaces whole entries."""
    mean = (MACS["reference"] + (interval - 1) * MACS["skipped"]) / interval
    methods = {"teacher": {"macs": 10e9, "saving": 1.0, "ms": 9.0}, "reuse": {"macs": 4e9, "saving": 2.5, "ms": 3.0}}
    return {
        "quality": psnr(skipped, skipped + 1, skipped - 1),
        "baselines": {"reuse": psnr(20.0, 21.0, 19.0)},
        "teacher": {"warp_error": {"all": 0.125}},
        "cost": {
            "macs": MACS,
            "saving": {"skipped": 2.5, "amortised": MACS["teacher"] / mean},
            "params": {"teacher": 7_000_000, "skipped": 500_000},
            "methods": methods,
        },
        "latency_ms": {kind: {"median": 8.0, "p95": 9.0} for kind in ("teacher", "reference", "skipped")},
        "frames": {"total": 90, "reference": 30, "skipped": 60},
        "runtime": {"interval": interval, "refresh": "fixed"},
        "options": {"dataroot": "some/clips", "max_interval": interval},
        "checkpoints": {"teacher": "abc"},
        "machine": {"cpu": "x"},
        **more,
    }


def results(root: Path, name: str, **figures: object) -> Path:
    """The results folder of a run called `name`."""
    folder = root / name / "test_latest"
    folder.mkdir(parents=True)
    write_run(folder, record(**figures))
    return folder
