"""VToonify, which turns portraits into cartoons four times as large: its flags, and how they become a teacher."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from models.teachers.base import Flag, Teacher, TeacherFamily
from models.teachers.vtoonify import face_parsing, network, style_encoder
from models.teachers.vtoonify.style import choose_style, example_style
from models.teachers.vtoonify.styled import SIZE_MULTIPLE
from models.teachers.vtoonify.teacher import CUTS, cut
from util import checkpoint


@torch.no_grad()
def build(
    weights: Mapping[str, object],
    vtoonify_split: str = "B",
    exstyle_path: str | None = None,
    style_id: int = 26,
    color_transfer: bool = False,
    style_degree: float = 0.5,
    style_encoder_path: str | None = None,
    faceparsing_path: str | None = None,
    face: Tensor | None = None,
) -> Teacher:
    """VToonify with either backbone, for one style; the arguments are FLAGS.

    Args:
        weights: a published file, {"g_ema": ...}, or the state dict. An entry "style" [18, width] in W+ is used, too.
        face: [1, 3, 256, 256] in [-1, 1], an aligned face, which only the style encoder looks at.

    Raises:
        FileNotFoundError: a file is not there.
        ValueError: weights of another network, or the flags give no style (`choose_style`).
    """
    generator = network.from_published(weights)
    example = example_style(Path(exstyle_path), style_id) if exstyle_path else None
    face_style = None
    if style_encoder_path and face is not None:
        face_style = style_encoder.from_published(checkpoint.load(Path(style_encoder_path)))(face)[0]
    style = choose_style(generator, weights.get("style"), example, face_style, color_transfer)
    parser = face_parsing.from_published(checkpoint.load(Path(faceparsing_path))) if faceparsing_path else None
    return cut(generator.styled(style, style_degree), vtoonify_split, parser)


def problems(values: Mapping[str, object]) -> list[str]:
    """What is wrong with the flags together."""
    if values["style_encoder_path"] is not None and values["color_transfer"]:
        return ["--style_encoder_path has no effect with --color_transfer, which takes all of the example's style"]
    return []


SPLIT = "what the Shortcut replaces; A: up to its last fusion with the encoder, B: up to before that"
ENCODER = "weights of the style encoder, encoder.pt; the style, or its colours, are then those of a face"
PARTS = "weights of the network that finds the parts of faces; not given: none are looked for"
FLAGS = (
    Flag("vtoonify_split", str, "B", SPLIT, choices=tuple(sorted(CUTS))),
    Flag("exstyle_path", Path, None, "file of example styles, exstyle_code.npy"),
    Flag("style_id", int, 26, "which of them"),
    Flag("color_transfer", bool, False, "take its colours too, not those of the face"),
    Flag("style_degree", float, 0.5, "how strong the style is, 0 to 1", high=1),
    Flag("style_encoder_path", Path, None, f"{ENCODER}, in a test the video's, in training the first"),
    Flag("faceparsing_path", Path, None, PARTS),
)
FAMILY = TeacherFamily(
    build=build,
    flags=FLAGS,
    problems=problems,
    size_multiple=SIZE_MULTIPLE,
    wants_face=lambda values: values["style_encoder_path"] is not None,
)
