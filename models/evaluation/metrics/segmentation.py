"""Segmentation scores: mIoU, mean class accuracy (AC) and pixel accuracy (MP), over all frames and per condition."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from models.evaluation.metrics.base import Accumulator, FrameContext, Metric, MetricResources
from util.report.record import Figure
from util.viper import CLASSES, CONDITIONS, ID, IGNORED, condition

SegmentationFigures = dict[str, float | None]  # "miou", "ac" and "mp", in [0, 1]; None where no pixel counts


class SegmentationScore(Metric):
    """mIoU, AC and MP of the classes that a method's pictures show, over all pixels of all frames together.

    Each over "all" frames, over "skipped" frames, and over the frames of every VIPER condition that occurs.
    """

    against_teacher = False
    figures = {name: Figure(label, better="↑") for name, label in (("miou", "mIoU"), ("ac", "AC"), ("mp", "MP"))}
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
        if resources.segment is None:
            raise ValueError(self.missing(resources))
        self._segment = resources.segment
        self._protocol = PROTOCOLS[resources.seg_protocol]
        self._all, self._skipped = ConfusionCounts(), ConfusionCounts()

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        """Add one frame, see `Metric.update`. Its figure is its MP, unless the protocol counts none of its pixels.

        Raises:
            ValueError: the frame has no ground truth, or one that does not fit; the message names the frame.
        """
        if frame.truth is None:
            raise ValueError(f"frame {frame.index} of clip {frame.clip} has no ground truth to judge its classes by")
        predicted = self._segment(output)
        weather = condition(frame.clip) if self.resources.conditions else None
        try:
            counts = self._all.update(predicted, frame.truth, weather)
        except ValueError as error:
            raise ValueError(f"frame {frame.index} of clip {frame.clip}: {error}") from error
        if distance > 0:
            self._skipped.update(predicted, frame.truth)
        mp = self._protocol(counts)["mp"]
        return {} if mp is None else {"mp": mp}

    def accumulators(self) -> list[Accumulator]:
        return [self._all, self._skipped]

    def compute(self) -> dict[str, dict]:
        """{"miou": {"all", "skipped", "day", ...}, "ac": {...}, "mp": {...}}; None where no pixel counts."""
        parts = self._all.compute(self._protocol)
        overall, skipped = parts.pop("all", {}), self._skipped.compute(self._protocol).get("all", {})
        parts = {"all": overall, "skipped": skipped, **parts}
        return {name: {part: scores.get(name) for part, scores in parts.items()} for name in self.figures}


class ConfusionCounts:
    """Confusion matrices, one per condition; memory does not grow with the number of frames."""

    def __init__(self) -> None:
        self._counts: dict[str | None, np.ndarray] = {}  # condition -> [class of the truth, predicted class]

    def update(self, output: np.ndarray, target: np.ndarray, condition: str | None = None) -> np.ndarray:
        """Add one frame; return its own confusion matrix [class of the truth, predicted class], for a protocol.

        Args:
            output, target: class ids [H, W] of integer type, each below len(CLASSES); the ground truth is `target`.
            condition: one of CONDITIONS, or None for a clip that has none; every frame counts in "all".

        Raises:
            ValueError: another condition, ids that are no classes, or two maps of different size.
        """
        if condition not in (None, *CONDITIONS):
            raise ValueError(f"condition {condition!r} is none of {', '.join(CONDITIONS)}")
        if output.shape != target.shape:
            raise ValueError(
                f"the ground truth is {list(target.shape)} (height, width) and the output {list(output.shape)}; "
                "they are compared pixel by pixel"
            )
        counts = _confusion(output, target)
        self._counts[condition] = self._counts.get(condition, 0) + counts
        return counts

    def merge(self, other: "ConfusionCounts") -> None:
        for name, counts in other._counts.items():
            self._counts[name] = self._counts.get(name, 0) + counts

    def compute(self, protocol: Callable[[np.ndarray], SegmentationFigures]) -> dict[str, SegmentationFigures]:
        """The figures under one of PROTOCOLS, for "all" and for every condition that occurred; {} before any frame."""
        if not self._counts:
            return {}
        occurred = {c: self._counts[c] for c in CONDITIONS if c in self._counts}
        return {name: protocol(counts) for name, counts in {"all": sum(self._counts.values()), **occurred}.items()}


def standard(counts: np.ndarray) -> SegmentationFigures:
    """The figures as the field defines them.

    Pixels whose truth is unlabeled or ambiguous do not count, and these two are no classes. Van and train, which a
    label map cannot tell apart, are one class. A class is left out of a mean where it is undefined: of mIoU if neither
    truth nor prediction has it, of AC if the truth has it not. Identical maps give 1.
    """
    counts = _merged(counts, ID["van"], ID["train"])
    counts[list(IGNORED)] = 0
    true, predicted, hit = counts.sum(1), counts.sum(0), counts.diagonal()
    union = true + predicted - hit
    classes = np.setdiff1d(np.arange(len(counts)), IGNORED)
    true, hit, union = true[classes], hit[classes], union[classes]
    return {
        "miou": _mean_ratio(hit, union),
        "ac": _mean_ratio(hit, true),
        "mp": _mean_ratio(hit.sum(keepdims=True), true.sum(keepdims=True)),
    }


def published(counts: np.ndarray) -> SegmentationFigures:
    """The figures as the published evaluation computes them, for comparison with its tables only.

    Its histogram has the 31 bins [0, 1), ..., [29, 30), [30, 31], and it takes means over all of them:
    - the closed last edge puts boat (31) into plane's bin (30). Hits are counted before: a boat predicted as a plane is
      still wrong;
    - unlabeled and ambiguous are classes like the others, and an absent class counts 0;
    - van (25) has train's colour and so its id (29): its own bin stays empty unless a segmentation network predicts it.
    Identical maps therefore score (bins that occur) / 31 in mIoU and AC, label maps 30/31 at best, and 1 in MP.

    Not reproduced: the published code resized label maps of another size by mixing neighbouring ids, because an
    argument stood in the wrong place. Our maps must have the output's size; there that made no difference.

    Source: figures of Wang et al., Learning Temporally and Semantically Consistent Unpaired Video-to-video Translation
    (2022).
    """
    true, predicted, hit = (_merge_last_two(n) for n in (counts.sum(1), counts.sum(0), counts.diagonal()))
    tiny = 1e-10
    return {
        "miou": float((hit / (true + predicted - hit + tiny)).mean()),
        "ac": float((hit / (true + tiny)).mean()),
        "mp": float(hit.sum() / (true.sum() + tiny)),
    }


PROTOCOLS: dict[str, Callable[[np.ndarray], SegmentationFigures]] = {"standard": standard, "published": published}


def _confusion(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    for ids in (output, target):
        if not np.issubdtype(ids.dtype, np.integer) or not ids.size or ids.min() < 0 or ids.max() >= len(CLASSES):
            got = f"{ids.dtype} from {ids.min()} to {ids.max()}" if ids.size else "an empty map"
            raise ValueError(f"class ids are integers from 0 to {len(CLASSES) - 1}, got {got}")
    pairs = target.reshape(-1).astype(np.int64) * len(CLASSES) + output.reshape(-1)
    return np.bincount(pairs, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1)


def _merged(counts: np.ndarray, source: int, destination: int) -> np.ndarray:
    """A copy of the confusion matrix in which class `source` counts as class `destination`."""
    counts = counts.copy()
    counts[destination] += counts[source]
    counts[:, destination] += counts[:, source]
    counts[source], counts[:, source] = 0, 0
    return counts


def _merge_last_two(n: np.ndarray) -> np.ndarray:
    return np.append(n[:-2], n[-2:].sum())


def _mean_ratio(part: np.ndarray, total: np.ndarray) -> float | None:
    """The mean of part / total over the entries with total > 0; None if there are none."""
    defined = total > 0
    return float((part[defined] / total[defined]).mean()) if defined.any() else None
