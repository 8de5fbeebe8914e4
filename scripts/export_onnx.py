"""Write a teacher and its Shortcut as ONNX graphs, after each was compared with PyTorch."""

import math
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch  # noqa: E402

from models.export.graphs import Graph, example_arrays, graphs_of  # noqa: E402
from models.export.onnx_file import LARGEST_ERROR, check_packages, errors, write_onnx  # noqa: E402
from models.shortcut import Shortcut  # noqa: E402
from models.teachers.base import Teacher  # noqa: E402
from options.build.teacher import load_teacher, refuse_size, size_multiple, wants_face  # noqa: E402
from options.build.translator import load_block  # noqa: E402
from options.export_options import ExportOptions  # noqa: E402
from options.record import Options  # noqa: E402
from options.translate_options import size_of  # noqa: E402
from util import __version__  # noqa: E402
from util.files import prepare_folder  # noqa: E402
from util.runtime import finish, prepare  # noqa: E402

SMALLEST = 64  # pixels of the sides at which graphs of any size are compared, about


def export(opt: Options) -> int:
    """Write all graphs, or none."""
    check_packages()
    device, out = prepare(0, "-1"), prepare_folder(Path(opt.out))
    if wants_face(opt):
        raise ValueError("--style_encoder_path: a graph has one style, not that of each face; see docs/deployment.md")
    teacher, teacher_id = load_teacher(opt, device)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    metadata = describe(opt, teacher, block) | {"teacher_fingerprint": teacher_id, "shortcut_fingerprint": block_id}
    sizes = checked_sizes(opt, teacher)
    for size in sizes:
        refuse_size(teacher, size)
    arrays = [example_arrays(teacher, height, width) for width, height in sizes]
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished") as unfinished:
        for name, graph in graphs_of(teacher, block, opt.hold).items():
            path = Path(unfinished) / f"{name}.onnx"
            write_onnx(graph, arrays[0], path, metadata | {"graph": name}, any_size=opt.size is None)
            error = max(largest_error(graph, path, of_size) for of_size in arrays)
            at = " and ".join(f"{width}x{height}" for width, height in sizes)
            print(f"{path.name}: {', '.join(graph.inputs)} -> {', '.join(graph.outputs)}; ", end="")
            print(f"error {error:.1e} of the standard deviation at {at}", flush=True)
        for path in Path(unfinished).iterdir():
            os.replace(path, out / path.name)
    print(f"{out}: graphs for {'every size' if opt.size is None else opt.size}")
    return 0


def largest_error(graph: Graph, path: Path, arrays: dict[str, torch.Tensor]) -> float:
    """Of all outputs, in their standard deviations; ValueError if that is too much."""
    found = errors(graph, path, arrays)
    if wrong := {name: error for name, error in found.items() if not error <= LARGEST_ERROR}:
        told = ", ".join(f"{name} by {error:.1e}" for name, error in wrong.items())
        raise ValueError(
            f"{path.name} is wrong: {told} standard deviations, at most {LARGEST_ERROR:g}; nothing was written"
        )
    return max(found.values())


def checked_sizes(opt: Options, teacher: Teacher) -> list[tuple[int, int]]:
    """(width, height) of the frames at which graphs and PyTorch are compared: two unless the graphs have one size."""
    if size := size_of(opt.size):
        return [size]
    multiple = max(size_multiple(opt, teacher), 4)
    steps = math.ceil(SMALLEST / multiple)
    return [(2 * steps * multiple, steps * multiple), ((steps + 3) * multiple, (steps + 1) * multiple)]


def describe(opt: Options, teacher: Teacher, block: Shortcut) -> dict[str, str]:
    """What stands in every graph beside the fingerprints."""
    start, end = teacher.split
    return {
        "model": opt.model,
        "teacher": opt.teacher,
        "split": f"{start}:{end}",
        "block": block.config.get("block", "published"),
        "hold": f"{opt.hold:g}",
        "max_interval": str(opt.max_interval),
        "size": opt.size or "any",
        "size_multiple": str(size_multiple(opt, teacher)),
        "scale": str(teacher.scale),
        "version": __version__,
    }


if __name__ == "__main__":
    finish("export_onnx.py", lambda: export(ExportOptions().parse(sys.argv[1:])))
