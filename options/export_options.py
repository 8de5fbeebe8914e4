"""The flags of scripts/export_onnx.py."""

import argparse

from options.checks import PUBLISHED_TEACHER
from options.flags.teachers import add_families, family_of, family_problems, weights_problems
from options.parser import PATH, Parser, add_option, int_range
from options.record import Options
from options.test_options import add_hold
from options.translate_options import SIZE, TranslateOptions, add_model, size_of

HELP = "Write a teacher and its Shortcut as ONNX graphs, and compare each with PyTorch."


class ExportOptions(TranslateOptions):
    """Options of an export. The model is described as for translate.py."""

    program = "export_onnx.py"

    def parser(self) -> Parser:
        usage = "bash scripts/export_onnx.sh -o DIR [--model NAME] [--flag value ...]   (--help lists all flags)"
        parser = Parser(prog=self.program, usage=usage, description=HELP, allow_abbrev=False)
        self.add_arguments(parser)
        return parser

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        output = parser.add_argument_group("output")
        add_option(output, "--out", PATH, None, "the folder of the graphs; those in it are replaced", short="-o")
        add_option(output, "--size", SIZE, None, "graphs for frames of this size alone; not given: for every size")
        add_model(parser)
        add_families(parser)
        running = parser.add_argument_group("running", "what a program is told that runs the graphs")
        add_option(running, "--max_interval", int_range(1), 3, "frames from one reference frame to the next")
        add_hold(running)

    def problems(self, opt: Options) -> list[str]:
        found = [*family_problems(opt), *weights_problems(opt, PUBLISHED_TEACHER)]
        if opt.out is None:
            found.append("-o is missing: give a folder for the graphs")
        multiple = family_of(opt).size_multiple
        if opt.size and any(side % multiple for side in size_of(opt.size) or ()):
            found.append(f"--size must be multiples of {multiple}, got {opt.size}")
        return found
