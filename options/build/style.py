"""From options to the style of a VToonify: the one in its file, an example's, a face's, or of the last two."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.teachers.vtoonify import network, style_encoder
from models.teachers.vtoonify.style_examples import read_examples
from options.record import Options
from util import checkpoint
from util.image import to_tensor

SHAPE_ROWS = 7  # of a style in W+, the first; the others tell colours


@torch.no_grad()
def face_style(opt: Options, faces: Sequence[np.ndarray]) -> Tensor:
    """The style in Z+, [18, width], that --style_encoder_path sees in the one aligned face, uint8 [256, 256, 3].

    Raises:
        ValueError: not one face, for a teacher has one style; or the file is no style encoder.
    """
    if len(faces) != 1:
        raise ValueError(
            f"--style_encoder_path takes the style from the face that is translated: one at a time, got {len(faces)}; "
            "give one video and --face largest, or --color_transfer without it"
        )
    encoder = style_encoder.from_published(checkpoint.load(Path(opt.style_encoder_path)))
    return encoder(to_tensor(faces[0])[None])[0]


@torch.no_grad()
def new_style(opt: Options, weights: Mapping[str, object], seen: Tensor | None) -> Tensor:
    """A style in W+, [18, width], for the generator of these published weights.

    Of an example and a face the former gives the shapes and the latter the colours; with --color_transfer the example
    gives both. Backbone toonify knows no examples.

    Args:
        seen: a face's style in Z+, see `face_style`.

    Raises:
        ValueError: nothing that is given says what style; or there is no example of that number.
    """
    if opt.exstyle_path is None and seen is None:
        if "style" not in weights:
            raise ValueError(
                f"{opt.main_G_path} holds no style beside the generator, an entry `style` [18, width] in W+: "
                "give one by --exstyle_path (dualstylegan), or a face's by --style_encoder_path"
            )
        return weights["style"]
    generator = network.from_published(weights)
    if generator.backbone == "toonify":
        if opt.exstyle_path is not None:
            raise ValueError(f"--exstyle_path: {opt.main_G_path} is a toonify, which knows no examples of styles")
        return generator.w_plus(seen)
    if opt.exstyle_path is None:
        raise ValueError(f"{opt.main_G_path} is a dualstylegan: beside a face it needs an example, --exstyle_path")
    example = generator.w_plus(example_style(opt))
    if opt.color_transfer:
        return example
    if seen is None:
        raise ValueError(
            "the example tells shapes only: colours come from a face, --style_encoder_path, or from the example too, "
            "--color_transfer"
        )
    return torch.cat([example[:SHAPE_ROWS], generator.w_plus(seen)[SHAPE_ROWS:]])


def example_style(opt: Options) -> Tensor:
    """Example --style_id of --exstyle_path in Z+, [18, width]."""
    examples = list(read_examples(Path(opt.exstyle_path)).values())
    if opt.style_id >= len(examples):
        raise ValueError(f"--style_id must be at most {len(examples) - 1} for {opt.exstyle_path}, got {opt.style_id}")
    return torch.from_numpy(examples[opt.style_id])
