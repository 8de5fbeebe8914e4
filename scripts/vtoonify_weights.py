"""Which of VToonify's published files are there, whether they load, and where missing ones come from.

python scripts/vtoonify_weights.py FOLDER
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from torch import nn  # noqa: E402

from models.teachers.vtoonify import (  # noqa: E402
    face_parsing,
    network,
    read_examples,  # noqa: E402
    style_encoder,
)
from util import checkpoint  # noqa: E402
from util.runtime import finish  # noqa: E402

SOURCE = "the download links of https://github.com/williamyang1991/VToonify"


class Kind(NamedTuple):
    """A published file: what it is called at any depth below the folder, how it is read, and the flag that takes it."""

    pattern: str
    read: Callable[[Path], str]  # what the file holds; raises ValueError if that is something else
    flag: str


def generator(path: Path) -> str:
    built = network.from_published(checkpoint.load(path))
    return f"{built.backbone} of width {built.width}, {identity(built)}"


def examples(path: Path) -> str:
    return f"{len(read_examples(path))} examples"


def encoder(path: Path) -> str:
    return identity(style_encoder.from_published(checkpoint.load(path)))


def parsing(path: Path) -> str:
    return identity(face_parsing.from_published(checkpoint.load(path)))


def identity(built: nn.Module) -> str:
    weights = built.state_dict()
    return f"{len(weights)} tensors in use, fingerprint {checkpoint.fingerprint(weights)}"


KINDS = {
    "generator": Kind("vtoonify*.pt", generator, "--main_G_path"),
    "example styles of a dualstylegan": Kind("exstyle_code.npy", examples, "--exstyle_path"),
    "style encoder": Kind("encoder.pt", encoder, "--style_encoder_path"),
    "face parsing": Kind("faceparsing.pth", parsing, "--faceparsing_path"),
}


def check(folder: Path) -> int:
    """Print a line for each file, and for each kind of which there is none; 1 if any is missing or wrong, else 0."""
    status = 0
    for name, kind in KINDS.items():
        found = sorted(folder.rglob(kind.pattern))
        if not found:
            print(f"missing  {name} ({kind.flag}): no {folder / kind.pattern}; it is among {SOURCE}")
            status = 1
        for path in found:
            try:
                print(f"ok       {path}: {name}, {kind.read(path)}")
            except ValueError as error:
                print(f"wrong    {path}: {error}")
                status = 1
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of the published files")
    return check(parser.parse_args().folder)


if __name__ == "__main__":
    finish("vtoonify_weights.py", main)
