"""What suggest_split.sh prints: the table of all splits, and the flags of the recommended one."""

from pathlib import Path

from models.evaluation.splits.suggest import WITHIN_DB, Split, Suggestion
from models.evaluation.splits.times import BlockKind
from models.teachers.any_generator.cuts import channels, ends
from models.teachers.any_generator.graph import LayerGraph
from util.tables import plain

SHAPES = ("early\nC x h x w", "late\nC")
MACS = ("GMACs\nhead", "body", "tail")
TRUSTED = 0.2  # share by which predicted and measured ms may differ; a busy machine makes them differ more
HEADS = ("cut", *SHAPES, *MACS, "ms\nskipped", "times\nfaster", "ceiling\ndB")


def table(graph: LayerGraph, found: Suggestion) -> str:
    """A row for each split; `*` marks the recommended one."""
    return plain(HEADS, [row(graph, found, split) for split in found.splits])


def row(graph: LayerGraph, found: Suggestion, split: Split) -> list[str]:
    one = split.candidate
    height, width = graph.shapes[one.cut.entering[0]][2:]
    early, late = channels(graph, one.cut.entering), channels(graph, one.cut.leaving)
    macs = [f"{part / 1e9:.2f}" for part in (one.head, one.body, one.tail)]
    faster = found.generator_ms / split.ms.skipped
    mark = "* " if split is found.best else ""
    figures = [*macs, f"{split.ms.skipped:.1f}", f"{faster:.2f}", f"{split.ceiling:.2f}"]
    return [f"{mark}{cut_text(graph, split)}", f"{early} x {height} x {width}", str(late), *figures]


def advice(graph: LayerGraph, found: Suggestion, generator: str, weights: Path | None, kind: BlockKind) -> str:
    """What is recommended and why, and the flags for train.py and test.py."""
    best, ms = found.best, found.best.ms
    parts = f"{ms.head:.1f} head + {ms.block:.1f} block + {ms.tail:.1f} tail"
    lines = [
        f"the generator takes {found.generator_ms:.1f} ms; its picture moved along the flow has {found.pixels:.2f} dB",
        f"recommended: {cut_text(graph, best)}, ceiling {best.ceiling:.2f} dB: the fastest within {WITHIN_DB:g} dB of "
        "the best one that pays",
        f"its skipped frame: {ms.skipped:.1f} ms predicted ({parts}), {best.skipped_ms:.1f} ms measured, "
        f"{found.generator_ms / best.skipped_ms:.2f} times faster",
    ]
    file = f" --main_G_path {weights}" if weights else ""
    flags = f"--teacher {generator}{file} {cut_flags(graph, best)} --block {kind.form} --h_dim {kind.h_dim}"
    return "\n".join([*lines, *doubts(found), f"flags: {flags}"])


def doubts(found: Suggestion) -> list[str]:
    """What speaks against the recommended cut, or against the measurement."""
    predicted, measured = found.best.ms.skipped, found.best.skipped_ms
    told = []
    if measured >= found.generator_ms:
        told.append("no cut makes a skipped frame faster than the generator: a Shortcut does not pay here")
    if abs(predicted - measured) > TRUSTED * measured:
        told.append(
            "predicted and measured times differ, as on a busy machine, and another cut may be better: call again when "
            "nothing else runs, or on one core: OMP_NUM_THREADS=1 bash scripts/suggest_split.sh ..."
        )
    return told


def cut_text(graph: LayerGraph, split: Split) -> str:
    return ":".join(map(str, ends(graph, split.candidate.cut)))


def cut_flags(graph: LayerGraph, split: Split) -> str:
    start, end = ends(graph, split.candidate.cut)
    return f"--skip_idx_start {start} --skip_idx_end {end}" if graph.by_index else f"--cut {start}:{end}"
