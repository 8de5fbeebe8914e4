"""The flags of scripts/translate.py."""

import argparse
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from data.jobs.codecs import CODECS
from data.jobs.outputs import PNG
from options import model_file
from options.base_options import LONGEST_INTERVAL, BaseOptions, add_device, add_teacher
from options.checks import PUBLISHED_TEACHER
from options.flags.faces import add_crop
from options.flags.teachers import add_families, family_problems, weights_problems
from options.layers import from_caller
from options.parser import PATH, TEXT, Kind, Parser, add_option, choice, int_range, switch
from options.record import Options
from options.test_options import add_epoch, add_hold, add_precision, add_refresh

DEFAULT_MODEL = "demo_v2c"
HELP = """translate films and pictures: bash scripts/translate.sh INPUT... -o OUT

INPUT: a video file; a picture; a folder of videos, of pictures (one film), or of folders of pictures; a pattern, such
as 'clips/*.mp4' (each match by itself) or frame_%05d.png (one film); the number of a camera; rtsp:// or http://; - for
y4m on standard input."""


class TranslateOptions(BaseOptions):
    """Options of translating films with a model that a model.yaml describes. `opt.inputs` holds the INPUTs."""

    program = "translate.py"

    def parser(self) -> Parser:
        usage = "bash scripts/translate.sh INPUT... -o OUT [--model NAME] [--flag value ...]   (--help lists all flags)"
        raw = argparse.RawDescriptionHelpFormatter
        parser = Parser(
            prog=self.program, usage=usage, description=HELP.replace("%", "%%"), allow_abbrev=False, formatter_class=raw
        )
        parser.take_words("inputs")
        self.add_arguments(parser)
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        _add_output(parser.add_argument_group("output"))
        _add_input(parser.add_argument_group("input"))
        add_model(parser)
        add_families(parser)
        refresh = parser.add_argument_group("refresh")
        add_refresh(refresh, None)
        longest = "frames from one reference frame to the next, at most with adaptive"
        without = f"not given: as the model says; without a word from it 3, adaptive: as fitted, or {LONGEST_INTERVAL}"
        add_option(refresh, "--max_interval", int_range(1), None, f"{longest}; {without}")
        add_hold(refresh)
        add_crop(parser.add_argument_group("faces", "of --teacher vtoonify, which translates faces"))
        runtime = parser.add_argument_group("runtime")
        add_device(runtime)
        add_precision(runtime)

    def described(self, given: Mapping[str, object]) -> dict[str, object]:
        """The flags of --model. An adaptive refresh needs a fitted threshold: without one the refresh is fixed."""
        name = str(given.get("model", DEFAULT_MODEL))
        checkpoints = Path(str(given.get("checkpoints_dir", "./checkpoints")))
        folder = model_file.folder_of(name, checkpoints, Path(from_caller(name)))
        values = model_file.describe_model(name, folder, checkpoints)
        epoch = given.get("which_epoch", values.get("which_epoch", "latest"))
        can_adapt = "refresh_threshold" in given or (folder / f"{epoch}_refresh.json").is_file()
        return {"name": str(folder.resolve()), "refresh": "adaptive" if can_adapt else "fixed", **values}

    def problems(self, opt: Options) -> list[str]:
        found = family_problems(opt)
        if not opt.inputs:
            found.append("INPUT is missing: give a video, a folder, a pattern, - or a camera's number")
        if opt.out is None:
            found.append("-o is missing: give a file, a folder, or - for y4m on standard output")
        found += weights_problems(opt, PUBLISHED_TEACHER)
        if opt.input_size and not opt.input_fps:
            found.append(f"--input_size {opt.input_size} needs --input_fps, the rate of the raw frames")
        if opt.input_size and "-" not in opt.inputs:
            found.append(f"--input_size {opt.input_size} is the size of raw frames on standard input: give - as INPUT")
        if opt.refresh_threshold is not None and opt.refresh != "adaptive":
            found.append(f"--refresh_threshold {opt.refresh_threshold:g} needs --refresh adaptive, got {opt.refresh}")
        return found


def size_of(text: str | None) -> tuple[int, int] | None:
    """WxH -> (width, height); None stays None."""
    return None if text is None else tuple(map(int, text.lower().split("x")))  # pyright: ignore[reportReturnType]


def add_model(parser: argparse.ArgumentParser) -> None:
    """Flags that say which model runs."""
    model = parser.add_argument_group("model", "what a model.yaml holds; a flag that is typed wins")
    names = "a run or demo in --checkpoints_dir, a folder, or published:v2c, published:v2l, published:l2v"
    add_option(model, "--model", TEXT, DEFAULT_MODEL, names)
    add_option(model, "--name", TEXT, None, argparse.SUPPRESS)  # the folder of --model, which `run_dir` reads
    add_option(model, "--checkpoints_dir", PATH, "./checkpoints", "folder of all runs")
    add_epoch(model)
    add_teacher(model)


def _add_output(group: argparse._ArgumentGroup) -> None:
    where = "a video file for one INPUT; - for y4m on standard output; else a folder of <name>.mp4"
    add_option(group, "--out", PATH, None, where, short="-o")
    codecs = f"how films are encoded; ffv1: lossless, .mkv; {PNG}: a folder of pictures"
    add_option(group, "--codec", choice([*CODECS, PNG]), "h264", codecs)
    switch(group, "--side_by_side", False, "show the input to the left of its translation")
    switch(group, "--overwrite", False, "replace outputs that are there and were not made by this call")


def _add_input(group: argparse._ArgumentGroup) -> None:
    add_option(group, "--size", SIZE, None, "resize frames to this before they are translated; not given: as they are")
    add_option(group, "--max_frames", int_range(1), None, "translate this many frames of each INPUT; not given: all")
    add_option(group, "--input_size", SIZE, None, "standard input holds raw rgb24 frames of this size, not y4m")
    rate = Kind(_rate, "frames per second, such as 25 or 30000/1001", "FPS")
    text = "rate of raw frames, and of pictures that are one film; not given: 15 for pictures"
    add_option(group, "--input_fps", rate, None, text)


def _size(text: str) -> str:
    """`text` if it is WIDTHxHEIGHT, otherwise ValueError."""
    if not re.fullmatch(r"[1-9]\d*[xX][1-9]\d*", text):
        raise ValueError(text)
    return text


def _rate(text: str) -> str:
    """`text` if it is a positive number or fraction, otherwise ValueError."""
    try:
        positive = Fraction(text) > 0
    except ZeroDivisionError:
        positive = False
    if not positive:
        raise ValueError(text)
    return text


SIZE = Kind(_size, "WIDTHxHEIGHT in whole pixels, such as 640x272", "WxH")
