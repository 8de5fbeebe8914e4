"""How well class maps agree: mIoU, mean class accuracy (AC) and pixel accuracy (MP), over all and per condition."""

from collections.abc import Callable

import numpy as np

from util.viper import CLASSES, CONDITIONS, ID, IGNORED

Figures = dict[str, float | None]  # "miou", "ac" and "mp", in [0, 1]; None where nothing was left to judge


class Segmentation:
    """Counts which class was shown where which was meant; memory does not grow with the number of frames."""

    def __init__(self) -> None:
        self._counts: dict[str | None, np.ndarray] = {}  # condition -> [meant, shown]

    def update(self, output: np.ndarray, target: np.ndarray, condition: str | None = None) -> np.ndarray:
        """Add one frame; the counts [meant, shown] of this one, which a protocol takes.

        Args:
            output, target: class ids [H, W] of integer type, each below len(CLASSES); the ground truth is `target`.
            condition: one of CONDITIONS, or None for a clip that has none; all count in "all".

        Raises:
            ValueError: another condition, ids that are none, or two maps of different size.
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

    def compute(self, protocol: Callable[[np.ndarray], Figures]) -> dict[str, Figures]:
        """Figures under one of PROTOCOLS, of "all" and of every condition that was seen; empty before any frame."""
        if not self._counts:
            return {}
        seen = {c: self._counts[c] for c in CONDITIONS if c in self._counts}
        return {name: protocol(counts) for name, counts in {"all": sum(self._counts.values()), **seen}.items()}


def standard(counts: np.ndarray) -> Figures:
    """The figures as the field defines them.

    Pixels meant as unlabeled or ambiguous are not judged, those two are no classes, van and train, which a label map
    cannot tell apart, are one, and a class is left out of a mean where it cannot be judged: of mIoU if it is neither
    meant nor shown, of AC if it is not meant. Identical maps give 1.
    """
    counts = _merged(counts, ID["van"], ID["train"])
    counts[list(IGNORED)] = 0
    meant, shown, hit = counts.sum(1), counts.sum(0), counts.diagonal()
    union = meant + shown - hit
    judged = np.setdiff1d(np.arange(len(counts)), IGNORED)
    meant, hit, union = meant[judged], hit[judged], union[judged]
    return {
        "miou": _mean_share(hit, union),
        "ac": _mean_share(hit, meant),
        "mp": _mean_share(hit.sum(keepdims=True), meant.sum(keepdims=True)),
    }


def published(counts: np.ndarray) -> Figures:
    """The figures as the published evaluation computes them, for comparison with its tables only.

    Its histogram has the 31 bins [0, 1), ..., [29, 30), [30, 31], and it takes means over all of them:
    - the closed last edge puts boat (31) into plane's bin (30). Whether a pixel is right is settled before: a boat
      shown as a plane is still wrong;
    - unlabeled and ambiguous are classes like the others, and a class that is absent counts 0;
    - van (25) has train's colour and so its id (29): its own bin stays empty unless a segmentation network shows it.
    Identical maps therefore score (bins that occur) / 31 in mIoU and AC, label maps 30/31 at best, and 1 in MP.

    Not reproduced: label maps of another size than the output were resized by mixing the ids of neighbours, an argument
    in the wrong place. Where the sizes agree, which they must here, that changed nothing; elsewhere it is no figure.

    Source: figures of Wang et al., Learning Temporally and Semantically Consistent Unpaired Video-to-video Translation
    (2022).
    """
    meant, shown, hit = (_last_two_added(n) for n in (counts.sum(1), counts.sum(0), counts.diagonal()))
    tiny = 1e-10
    return {
        "miou": float((hit / (meant + shown - hit + tiny)).mean()),
        "ac": float((hit / (meant + tiny)).mean()),
        "mp": float(hit.sum() / (meant.sum() + tiny)),
    }


PROTOCOLS: dict[str, Callable[[np.ndarray], Figures]] = {"standard": standard, "published": published}


def _confusion(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    for ids in (output, target):
        if not np.issubdtype(ids.dtype, np.integer) or not ids.size or ids.min() < 0 or ids.max() >= len(CLASSES):
            found = f"{ids.dtype} from {ids.min()} to {ids.max()}" if ids.size else "an empty map"
            raise ValueError(f"class ids are integers from 0 to {len(CLASSES) - 1}, got {found}")
    pairs = target.reshape(-1).astype(np.int64) * len(CLASSES) + output.reshape(-1)
    return np.bincount(pairs, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1)


def _merged(counts: np.ndarray, one: int, other: int) -> np.ndarray:
    """A copy in which the class `one` counts as `other`."""
    counts = counts.copy()
    counts[other] += counts[one]
    counts[:, other] += counts[:, one]
    counts[one], counts[:, one] = 0, 0
    return counts


def _last_two_added(n: np.ndarray) -> np.ndarray:
    return np.append(n[:-2], n[-2:].sum())


def _mean_share(part: np.ndarray, whole: np.ndarray) -> float | None:
    """The mean of part / whole over what has a whole; None if nothing has."""
    there = whole > 0
    return float((part[there] / whole[there]).mean()) if there.any() else None
