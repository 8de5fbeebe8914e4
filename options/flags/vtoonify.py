"""The flags of --teacher vtoonify that both programs share: its cut, its style, and what finds the parts of faces."""

import argparse

from models.teachers.vtoonify.cut import CUTS
from options.parser import PATH, choice, number, switch, value, whole
from options.record import Options

VTOONIFY_ONLY = {"vtoonify_split", "style_id", "color_transfer", "style_degree"}  # no effect with another teacher


def add_vtoonify(group: argparse._ArgumentGroup) -> None:
    split = "what the Shortcut replaces; A: up to its last fusion with the encoder, B: up to before that"
    value(group, "--vtoonify_split", choice(sorted(CUTS)), "B", split)
    value(group, "--exstyle_path", PATH, None, "file of example styles, exstyle_code.npy")
    value(group, "--style_id", whole(0), 26, "which of them")
    switch(group, "--color_transfer", False, "take its colours too, not those of the face")
    value(group, "--style_degree", number(0, 1), 0.5, "how strong the style is, 0 to 1")
    encoder = "weights of the style encoder, encoder.pt; the style, or its colours, are then those of a face"
    value(group, "--style_encoder_path", PATH, None, f"{encoder}, in a test the video's, in training the first")
    landmarks = "dlib's shape_predictor_68_face_landmarks.dat, for the published alignment; not given: MTCNN's points"
    value(group, "--landmarks_path", PATH, None, landmarks)
    parts = "weights of the network that finds the parts of faces; not given: none are looked for"
    value(group, "--faceparsing_path", PATH, None, parts)


def vtoonify_problems(opt: Options) -> list[str]:
    if opt.style_encoder_path is not None and opt.color_transfer:
        return ["--style_encoder_path has no effect with --color_transfer, which takes all of the example's style"]
    return []
