"""Find where to cut a generator of your own: `bash scripts/suggest_split.sh package.module:function --size 128x256`."""

import argparse
import re
import sys
from pathlib import Path

from torch import nn

from data import find_clips
from data.stream import frames
from models.evaluation.splits.suggest import suggest
from models.evaluation.splits.times import BlockKind
from models.shortcut import BLOCKS
from models.teachers.any_generator import made_by
from models.teachers.any_generator.checks import check, frozen_layers
from models.teachers.any_generator.graph import layer_graph
from models.teachers.image_to_image import from_published
from options.flags.teachers import FUNCTION
from options.layers import from_caller
from options.own_function import own_function
from scripts.arguments import above_zero, at_least
from scripts.suggest_split.table import advice, table
from util import checkpoint, runtime
from util.runtime import finish

PUBLISHED = "image_to_image"


def main() -> int:
    given = parse(sys.argv[1:])
    device = runtime.prepare(0, given.gpu_ids)
    generator = generator_of(given)
    height, width = given.size
    check(generator, (width, height))
    clip = find_clips("videofile" if given.clip.is_file() else "frames", given.clip, "val")[0]
    shown = [frame.to(device) for frame in frames(clip, (width, height), given.frames)]
    if note := frozen_layers(generator):
        print(note)
    graph = layer_graph(generator.to(device), shown[0])
    kind = BlockKind(given.block, given.h_dim)
    found = suggest(graph, shown, kind, given.max_interval, given.repeats, given.pays)
    print(f"{given.generator} on {height} x {width} (height x width), {device}, {len(shown)} frames of {given.clip}\n")
    print(f"{table(graph, found)}\n\n{advice(graph, found, given.generator, given.main_G_path, kind)}")
    return 0


def generator_of(given: argparse.Namespace) -> nn.Module:
    """The generator that the command line names."""
    if given.generator != PUBLISHED:
        return made_by(own_function(given.generator), given.main_G_path)
    if given.main_G_path is None:
        raise ValueError(f"{PUBLISHED} needs a file of weights: give --main_G_path")
    return from_published(checkpoint.load(given.main_G_path))


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="suggest_split.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("generator", type=generator_name, help=f"package.module:function that returns a generator, or {PUBLISHED}")
    add("--size", type=size, required=True, metavar="HxW", help="height and width of the frames, such as 128x256")
    add("--clip", type=path, required=True, help="a moving video, or a folder of frames (default: of the sample)")
    add("--main_G_path", type=path, metavar="FILE", help="weights; the function is given this path")
    add("--max_interval", type=at_least(2), default=3, help="frames from reference to reference (default %(default)s)")
    add("--frames", type=at_least(2), default=9, help="frames of the clip that are used (default %(default)s)")
    add("--repeats", type=at_least(1), default=5, help="times that each part is timed (default %(default)s)")
    pays = "how many times faster than the generator a skipped frame must be, so that a cut is compared"
    add("--pays", type=above_zero, default=2.0, help=f"{pays} (default %(default)s)")
    add("--block", choices=BLOCKS, default="full_size", help="form of the block to be trained (default %(default)s)")
    add("--h_dim", type=at_least(4), default=32, help="channels inside that block (default %(default)s)")
    add("--gpu_ids", help="-1 is the CPU (default: the first GPU, or the CPU if there is none)")
    return parser.parse_args(argv)


def generator_name(text: str) -> str:
    if text != PUBLISHED and not FUNCTION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be package.module:function or {PUBLISHED}, got {text!r}")
    return text


def size(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"must be height x width in pixels, such as 128x256, got {text!r}")
    height, width = map(int, text.split("x"))
    return height, width


def path(text: str) -> Path:
    found = Path(from_caller(text))
    if not found.exists():
        raise argparse.ArgumentTypeError(f"{text}: no such file or folder")
    return found


if __name__ == "__main__":
    finish("suggest_split.sh", main)
