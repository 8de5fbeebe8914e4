"""The flags that say which faces of a video are stylised, and in which part of its frames."""

import argparse

from options.flags.metrics import methods_of
from options.parser import Kind, choice, existing, number, several_words, switch, value
from options.record import Options


def add_faces(group: argparse._ArgumentGroup) -> None:
    switch(group, "--scale_image", False, "find faces and translate a part around each, scaled as --eye_distance says")
    value(group, "--eye_distance", number(4, 512), 64.0, "pixels between the eyes of a face once its frame is scaled")
    four = Kind(_four, "four whole numbers of at least 0: left, right, top, bottom", "PX")
    kept = "LEFT RIGHT TOP BOTTOM, pixels that are kept around the middle of the eyes, once scaled"
    several_words(group, "--padding", four, "200,200,200,200", kept)
    value(group, "--face", choice(["largest", "all"]), "largest", "which faces: of the first frame that shows one")
    without = "a video without a face; pass: is left as it is"
    value(group, "--no_face", choice(["error", "pass"]), "error", without)
    switch(group, "--paste", False, "write whole frames too, <clip>_whole.mp4, in which the faces are replaced")
    maps = "VToonify: face parts found beforehand, FILE.npy [frames, 19, H, W], or a folder of <clip>.npy"
    value(group, "--parsing_map_path", existing("file or folder", "FILE.npy, or of <clip>.npy"), None, maps)
    where = "on which frames --faceparsing_path looks for parts; reference: they stay the same until the next one"
    value(group, "--parsing", choice(["every", "reference"]), "every", where)


def padding_of(opt: Options) -> tuple[int, int, int, int]:
    """(left, right, top, bottom), px."""
    return tuple(map(int, opt.padding.split(",")))


def face_problems(opt: Options) -> list[str]:
    found = []
    if opt.scale_image and opt.resize_mode != "none":
        found.append(f"--scale_image gives frames their size: it needs --resize_mode none, got {opt.resize_mode}")
    if opt.face == "all" and not opt.scale_image:
        found.append("--face all needs --scale_image: each face is translated in a part of the frame of its own")
    if opt.paste and not opt.scale_image:
        found.append("--paste needs --scale_image: only parts of frames can be put back into them")
    if opt.parsing == "reference" and opt.faceparsing_path is None:
        found.append("--parsing reference needs --faceparsing_path: there is nothing else that looks for face parts")
    if opt.parsing == "reference" and "adaptive" in methods_of(opt):
        found.append("--parsing reference needs a fixed refresh: leave adaptive out of --refresh and --methods")
    if opt.parsing == "reference" and opt.refresh_mode == "spread":
        found.append("--parsing reference needs --refresh_mode whole, got spread, which predicts from older references")
    if opt.parsing_map_path is not None and opt.faceparsing_path is not None:
        found.append("--parsing_map_path and --faceparsing_path both tell face parts: give one of them")
    if opt.parsing_map_path is not None and opt.teacher != "vtoonify":
        found.append(f"--parsing_map_path is for --teacher vtoonify, got {opt.teacher}")
    return found


def _four(text: str) -> str:
    if len([int(part) for part in text.split(",") if int(part) >= 0]) != 4:
        raise ValueError(text)
    return text
