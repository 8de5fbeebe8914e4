"""A comparison as the page's player shows it."""

from pathlib import Path
from statistics import mean
from urllib.parse import quote

from scripts.demo.comparison import Comparison

FILES = "gradio_api/file="  # the address under which Gradio serves a file


def shown(found: Comparison, rate: float, video: Path) -> dict[str, object]:
    """The value of the page's result: the video's address, what is known of each frame, and the tiles.

    Args:
        rate: frames per second of the video.
    """
    return {
        "video": FILES + quote(str(video)),
        "fps": rate,
        "distance": found.distances,
        "psnr": [round(psnr, 2) for psnr in found.psnr_db],
        "tiles": tiles(found),
    }


def tiles(found: Comparison) -> list[tuple[str, str]]:
    """(value, what it is) of each figure."""
    fps, teacher_fps = 1e3 / mean(found.ms), 1e3 / mean(found.teacher_ms)
    psnr = found.skipped_psnr_db
    return [
        (f"{fps:.1f} fps", f"Shortcut; the teacher {teacher_fps:.1f} fps"),
        (f"{1 - 1 / found.saving:.0%}", f"of MACs saved, {found.saving:.2f}× fewer"),
        ("–" if psnr is None else f"{psnr:.1f} dB", "PSNR against the teacher, skipped frames"),
        (f"{found.references / found.steps:.0%}", f"reference frames, {found.references} of {found.steps}"),
    ]
