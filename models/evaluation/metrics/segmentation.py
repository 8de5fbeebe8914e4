"""Whether a method's pictures show the classes that they should."""

from torch import Tensor

from models.evaluation.metrics.base import FrameContext, Metric, MetricResources
from models.evaluation.segmentation import PROTOCOLS, Segmentation
from util.viper import condition


class SegmentationScore(Metric):
    """mIoU, mean class accuracy (AC) and pixel accuracy (MP), in [0, 1], of all pixels of all frames together.

    Each over "all" frames, over the "skipped", and over those of every condition that was seen.
    """

    against_teacher = False
    columns = ("mp",)

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        if resources.segment is None:
            return (
                "segmentation scores: nothing says what the pixels of a translated frame show; give --seg_weights "
                "FILE, an FCN-8s in the published layout (scripts/train_segmenter.sh trains one)"
            )
        return None

    def __init__(self, resources: MetricResources) -> None:
        super().__init__(resources)
        self._protocol = PROTOCOLS[resources.seg_protocol]
        self._all, self._skipped = Segmentation(), Segmentation()

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        """As every metric's; a frame has its MP, unless nothing of it is judged.

        Raises:
            ValueError: the frame has no ground truth, or one that does not fit; the message names it.
        """
        if frame.truth is None:
            raise ValueError(f"frame {frame.index} of clip {frame.clip} has no ground truth to judge its classes by")
        shown = self.resources.segment(output)
        try:
            counts = self._all.update(shown, frame.truth, condition(frame.clip) if self.resources.conditions else None)
        except ValueError as error:
            raise ValueError(f"frame {frame.index} of clip {frame.clip}: {error}") from error
        if distance > 0:
            self._skipped.update(shown, frame.truth)
        mp = self._protocol(counts)["mp"]
        return {} if mp is None else {"mp": mp}

    def figures(self) -> dict[str, dict]:
        """{"miou": {"all", "skipped", "day", ...}, "ac": {...}, "mp": {...}}; None where nothing was judged."""
        parts = self._all.compute(self._protocol)
        overall, skipped = parts.pop("all", {}), self._skipped.compute(self._protocol).get("all", {})
        parts = {"all": overall, "skipped": skipped, **parts}
        return {name: {part: of.get(name) for part, of in parts.items()} for name in ("miou", "ac", "mp")}
