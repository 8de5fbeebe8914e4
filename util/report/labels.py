"""How figures are called and read."""

from dataclasses import dataclass

PSNR_CAP_DB = 100.0  # of equal pictures


@dataclass(frozen=True)
class Label:
    """What stands above a column of figures, and how they are written.

    Args:
        text: the figure's name, with its unit.
        better: "↑" if larger is better, "↓" if smaller, "" if nobody knows.
        digits: behind the decimal point.
        kinds: which of its means stand in a method's row. "skipped" is telling where reference frames are exact. What
            compares consecutive frames is judged over "all": showing the same picture again is steady until the next.
    """

    text: str
    better: str
    digits: int
    kinds: tuple[str, ...] = ("all",)

    def shown(self, value: float | None) -> str:
        """The figure as text; "-" where there is none."""
        return "-" if value is None else f"{value:.{self.digits}f}"


LABELS = {
    "psnr": Label("PSNR dB", "↑", 2, ("skipped", "pooled")),
    "ssim": Label("SSIM", "↑", 4, ("skipped",)),
    "lpips": Label("LPIPS", "↓", 4, ("skipped",)),
    "warp_error": Label("warp err", "↓", 6),
    "flicker": Label("flicker", "↓", 3),
    "tlp": Label("tLP", "↓", 4),
    "miou": Label("mIoU", "↑", 4),
    "ac": Label("AC", "↑", 4),
    "mp": Label("MP", "↑", 4),
    "fid": Label("FID", "↓", 2),
    "fvd": Label("FVD", "↓", 2),
}


def label(figure: str) -> Label:
    """Of a figure by its name in metrics.json; its own name if it is not known here."""
    return LABELS.get(figure, Label(figure, "", 4))
