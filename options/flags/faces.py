"""Flags that choose the faces of a video to stylise, and the part of the frames around them."""

import argparse

from models.teachers import TEACHERS
from options.flags.metrics import methods_of
from options.flags.teachers import family_of
from options.parser import Kind, add_option, choice, existing, float_range, several_words, switch
from options.record import Options


def add_faces(group: argparse._ArgumentGroup) -> None:
    switch(group, "--scale_image", False, "find faces and translate a crop around each, scaled by --eye_distance")
    add_crop(group)
    which = "translate the largest face of the first frame with a face, or all faces"
    add_option(group, "--face", choice(["largest", "all"]), "largest", which)
    without = "what to do with a video without a face; pass leaves it as it is"
    add_option(group, "--no_face", choice(["error", "pass"]), "error", without)
    switch(group, "--paste", False, "also write <clip>_whole.mp4: whole frames with the translated faces pasted in")
    maps = "face parts computed beforehand, FILE.npy [frames, 19, H, W], or a folder of <clip>.npy"
    kind = existing("file or folder", "FILE.npy, or of <clip>.npy")
    add_option(group, "--parsing_map_path", kind, None, f"{_takers_of_face_parts()}: {maps}")
    where = "frames on which --faceparsing_path finds parts; reference keeps them until the next reference frame"
    add_option(group, "--parsing", choice(["every", "reference"]), "every", where)


def add_crop(group: argparse._ArgumentGroup) -> None:
    """Flags that say what is cut out around a face."""
    add_option(group, "--eye_distance", float_range(4, 512), 64.0, "pixels between the eyes of a face after scaling")
    four = Kind(_four, "four whole numbers between 0 and 16,384: left, right, top, bottom", "PX")
    kept = "LEFT RIGHT TOP BOTTOM: pixels of the scaled frame to keep around the midpoint between the eyes"
    several_words(group, "--padding", four, "200,200,200,200", kept)


def padding_of(opt: Options) -> tuple[int, int, int, int]:
    """--padding as (left, right, top, bottom), px."""
    left, right, top, bottom = map(int, opt.padding.split(","))
    return left, right, top, bottom


def face_problems(opt: Options) -> list[str]:
    """What is wrong with the flags about faces, one sentence each."""
    found = []
    if opt.scale_image and opt.resize_mode != "none":
        found.append(f"--scale_image sets the size of frames: it needs --resize_mode none, got {opt.resize_mode}")
    if opt.face == "all" and not opt.scale_image:
        found.append("--face all needs --scale_image: each face is translated in a crop of its own")
    if opt.paste and not opt.scale_image:
        found.append("--paste needs --scale_image: only crops can be pasted back into frames")
    if opt.parsing == "reference" and opt.faceparsing_path is None:
        found.append("--parsing reference needs --faceparsing_path: nothing else finds face parts")
    if opt.parsing == "reference" and "adaptive" in methods_of(opt):
        found.append("--parsing reference needs a fixed refresh: leave adaptive out of --refresh and --methods")
    if opt.parsing == "reference" and opt.refresh_mode == "spread":
        found.append("--parsing reference needs --refresh_mode whole, got spread, which predicts from older references")
    if opt.parsing_map_path is not None and opt.faceparsing_path is not None:
        found.append("--parsing_map_path and --faceparsing_path both give face parts: give only one of them")
    if opt.parsing_map_path is not None and family_of(opt).face_part_input is None:
        found.append(f"--parsing_map_path is for --teacher {_takers_of_face_parts()}, got {opt.teacher}")
    return found


def _takers_of_face_parts() -> str:
    """The names of the teachers that take face parts."""
    return " or ".join(name for name, family in TEACHERS.items() if family.face_part_input)


def _four(text: str) -> str:
    """`text` if it is four whole numbers between 0 and 16,384, separated by commas; otherwise ValueError."""
    if len([int(part) for part in text.split(",") if 0 <= int(part) <= 2**14]) != 4:
        raise ValueError(text)
    return text
