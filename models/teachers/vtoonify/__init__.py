"""VToonify, which turns portraits into cartoons four times as large: its flags, its styles, how it becomes a teacher.

A style comes from the checkpoint, an example, a face, or an example and a face.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.teachers.base import FacePartInput, Flag, Teacher, TeacherFamily
from models.teachers.vtoonify import face_parsing, network, style_encoder
from models.teachers.vtoonify.examples import read_examples
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.styled import INPUT_CHANNELS, PARSING_SCALE, RGB, SIZE_MULTIPLE
from models.teachers.vtoonify.teacher import CUTS, cut
from util import checkpoint


@torch.no_grad()
def build(
    weights: Mapping[str, Any],
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


def problems(values: Mapping[str, Any]) -> list[str]:
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
    has_styles=True,
    face_part_input=FacePartInput(INPUT_CHANNELS - RGB, PARSING_SCALE),
    of_faces=True,
)


SHAPE_ROWS = 7  # of a style in W+, the first ones; the others tell colours


@torch.no_grad()
def choose_style(
    generator: VToonify, own: Tensor | None, example: Tensor | None, face: Tensor | None, color_transfer: bool
) -> Tensor:
    """A style in W+, [18, width].

    Of an example and a face, the example gives the shapes and the face the colours. With `color_transfer` the example
    gives both. Backbone toonify takes all of a style from the face. Without example and face the style is `own`.

    Args:
        own: the style in W+ that lies beside the generator's weights.
        example, face: styles in Z+, [18, width].

    Raises:
        ValueError: these say no style, or an example is given to a toonify.
    """
    if example is None and face is None:
        if own is None:
            raise ValueError(
                "--main_G_path holds no style beside the generator, an entry `style` [18, width] in W+: "
                "give one by --exstyle_path (dualstylegan), or a face's by --style_encoder_path"
            )
        return own
    if generator.backbone == "toonify":
        if example is not None:
            raise ValueError("--exstyle_path: --main_G_path is a toonify, which knows no examples of styles")
        assert face is not None  # there is no example
        return generator.w_plus(face)
    if example is None:
        raise ValueError("--main_G_path is a dualstylegan: beside a face it needs an example, --exstyle_path")
    example = generator.w_plus(example)
    if color_transfer:
        return example
    if face is None:
        raise ValueError(
            "the example tells shapes only: colours come from a face, --style_encoder_path, or from the example too, "
            "--color_transfer"
        )
    return torch.cat([example[:SHAPE_ROWS], generator.w_plus(face)[SHAPE_ROWS:]])


def example_style(path: Path, number: int) -> Tensor:
    """Example `number` of the file, counted from 0, in Z+: [18, width].

    Raises:
        FileNotFoundError, ValueError: see `read_examples`; or there are fewer examples.
    """
    examples = list(read_examples(path).values())
    if number >= len(examples):
        raise ValueError(f"--style_id must be at most {len(examples) - 1} for {path}, got {number}")
    return torch.from_numpy(examples[number])
