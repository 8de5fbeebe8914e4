"""The flags of scripts/demo.sh."""

import argparse

from options.base_options import LARGEST, BaseOptions, add_device
from options.parser import PATH, TEXT, Parser, add_option, int_range
from options.record import Options
from options.test_options import add_precision
from options.translate_options import DEFAULT_MODEL

HELP = "Open a page on this machine that translates a video by a teacher and by its Shortcut, side by side."
OF_A_MODEL = ("checkpoints_dir", "deform_backend", "amp", "cuda_graphs")  # what every model of the page is loaded with


class DemoOptions(BaseOptions):
    """Options of the live page. A model is described as for translate.py, and chosen on the page."""

    program = "demo.sh"

    def parser(self) -> Parser:
        usage = "bash scripts/demo.sh [--model NAME] [--port N] [--flag value ...]   (--help lists all flags)"
        parser = Parser(prog=self.program, usage=usage, description=HELP, allow_abbrev=False)
        self.add_arguments(parser)
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        page = parser.add_argument_group("page")
        add_option(page, "--port", int_range(1, 65535), None, "of 127.0.0.1; not given: the first free one from 7860")
        chosen = "chosen at first: a run or demo in --checkpoints_dir, or a folder"
        add_option(page, "--model", TEXT, DEFAULT_MODEL, chosen)
        add_option(page, "--checkpoints_dir", PATH, "./checkpoints", "folder of all runs")
        limits = parser.add_argument_group("limits", "a video beyond one of them is refused")
        add_option(limits, "--max_mb", int_range(1, 100_000), 100, "size of the file, MB")
        add_option(limits, "--max_seconds", int_range(1), 30, "length, s")
        add_option(limits, "--max_frames", int_range(1), 300, "number of frames")
        add_option(limits, "--max_side", int_range(16, LARGEST), 1280, "longer side of a frame, pixels")
        runtime = parser.add_argument_group("runtime")
        add_device(runtime)
        add_precision(runtime)

    def problems(self, opt: Options) -> list[str]:
        return []
