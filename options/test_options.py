"""The flags of test.py."""

import argparse
import re

from options.base_options import BaseOptions
from options.checks import PUBLISHED_TEACHER
from options.flags import PATH, matching, number, switch, value, whole
from options.record import Options


class TestOptions(BaseOptions):
    """Options of translating clips with a teacher and its Shortcut."""

    __test__ = False  # not a pytest class
    program = "test.py"
    phase = "test"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        test = parser.add_argument_group("test")
        epoch = matching(re.compile(r"latest|best|\d+").fullmatch, "latest, best or an epoch's number", "EPOCH")
        value(test, "--which_epoch", epoch, "latest", "which checkpoint of the run: latest, best or an epoch's number")
        value(test, "--how_many", whole(1), None, "translate this many clips at most; not given: all")
        value(test, "--max_frames", whole(1), None, "translate this many frames of each clip at most; not given: all")
        value(test, "--latency_repeats", whole(1), 20, "single frames timed in turn by each of teacher and Shortcut")
        switch(test, "--compare", True, "run the teacher on every frame, untimed, and measure the quality against it")

        output = parser.add_argument_group("output")
        value(output, "--results_dir", PATH, "./results/", "results go to <results_dir>/<name>/<phase>_<which_epoch>")
        value(output, "--fps", number(0.1, 1000), 15.0, "frames per second of videos made from folders of frames")
        switch(output, "--save_image", False, "write every translated frame as PNG too")

    def problems(self, opt: Options) -> list[str]:
        found = super().problems(opt)
        if opt.main_G_path is None:
            found.append(f"--main_G_path is missing: give the teacher; the published one: {PUBLISHED_TEACHER}")
        if opt.dataset_mode == "unaligned_scale":
            found.append("--dataset_mode unaligned_scale has no clips: it only trains teachers (train.py)")
        return found
