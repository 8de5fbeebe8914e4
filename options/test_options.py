"""The flags of test.py, and those that it shares with scripts/fit_refresh.py."""

import argparse
import re
from collections.abc import Mapping, Set
from pathlib import Path

from data import Clip, find_clips
from models.evaluation.precision import AUTO, PRECISIONS
from options.base_options import BaseOptions
from options.checks import PUBLISHED_TEACHER, refresh_problems
from options.flags.faces import add_faces, face_problems
from options.flags.metrics import REFRESHES, add_metrics, metric_problems
from options.parser import PATH, add_option, choice, float_range, int_range, matching, switch
from options.record import Options

TESTED_AS = "test.py reads {train,val}/{A,B} as --dataset_mode video --dataset_option v2l, or one folder as frames"
SIZE_FLAGS = {"resize_mode", "fineSize", "fineSizeW", "fineSizeH"}


class ClipOptions(BaseOptions):
    """Options shared by test.py and scripts/fit_refresh.py: which checkpoint, and how much of the clips."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        clips = parser.add_argument_group("clips")
        epoch = matching(re.compile(r"latest|best|\d+").fullmatch, "latest, best or an epoch's number", "EPOCH")
        add_option(
            clips, "--which_epoch", epoch, "latest", "which checkpoint of the run: latest, best or an epoch's number"
        )
        add_option(clips, "--how_many", int_range(1), None, "translate this many clips at most; not given: all")
        add_option(
            clips, "--max_frames", int_range(1), None, "translate this many frames of each clip at most; not given: all"
        )
        still = "keep the reference's features where early features change by less than this fraction of their mean"
        add_option(clips, "--hold", float_range(0, 100), 0.0, f"{still}; 0: never")

    def guess(self, values: Mapping[str, object], chosen: Set[str]) -> tuple[dict[str, object], list[str]]:
        guessed, how = super().guess(values, chosen)
        if guessed and not SIZE_FLAGS & chosen and values["resize_mode"] != "none":
            guessed["resize_mode"] = "none"
            how.append("--resize_mode none: every clip at its own size, cut to multiples of 8")
        return guessed, how

    def problems(self, opt: Options) -> list[str]:
        found = super().problems(opt)
        if opt.main_G_path is None:
            found.append(f"--main_G_path is missing: give the teacher; the published one: {PUBLISHED_TEACHER}")
        if opt.dataset_mode == "unaligned_scale":
            found.append(
                f"--dataset_mode unaligned_scale has no clips: it only trains teachers (train.py); {TESTED_AS}"
            )
        return found


class TestOptions(ClipOptions):
    """Options of translating clips with a teacher and its Shortcut."""

    __test__ = False  # not a pytest class
    program = "test.py"
    phase = "test"
    default_interval = None  # an adaptive refresh has its own

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        test = parser.add_argument_group("test")
        add_option(
            test, "--latency_repeats", int_range(1), 20, "single frames timed in turn by each of teacher and Shortcut"
        )
        switch(test, "--compare", True, "run the teacher on every frame, untimed, and measure the quality against it")

        turns = "also time whole videos: teacher and Shortcut take turns, nothing else runs (about a minute)"
        switch(test, "--verdict", True, f"{turns}; the last line tells both speed-ups and the lead in quality")

        add_metrics(parser.add_argument_group("methods and metrics", "FILEs are named where a metric lacks one"))
        add_faces(parser.add_argument_group("faces", "of video files or folders of frames"))
        self._add_runtime(parser.add_argument_group("runtime"))

        output = parser.add_argument_group("output")
        add_option(
            output, "--results_dir", PATH, "./results/", "results go to <results_dir>/<name>/<phase>_<which_epoch>"
        )
        add_option(
            output, "--fps", float_range(0.1, 1000), 15.0, "frames per second of videos made from folders of frames"
        )
        switch(output, "--inside", True, "show blending mask and displacement of the block too, inside/<clip>.mp4")
        switch(output, "--save_image", False, "write every translated frame as PNG too")

    def problems(self, opt: Options) -> list[str]:
        return super().problems(opt) + refresh_problems(opt) + metric_problems(opt) + face_problems(opt)

    def _add_runtime(self, group: argparse._ArgumentGroup) -> None:
        kinds = "fixed: every --max_interval frames; adaptive: when the picture has moved too far, and on scene cuts"
        add_option(group, "--refresh", choice(REFRESHES), "fixed", f"when a frame is a reference frame; {kinds}")
        fitted = "not given: the threshold and longest interval that scripts/fit_refresh.sh found"
        drift = f"drift above this value makes a reference frame; {fitted}"
        add_option(group, "--refresh_threshold", float_range(1e-6, 100), None, drift)
        modes = "whole: in one frame; spread: over the interval, so that all frames take as long"
        add_option(
            group, "--refresh_mode", choice(["whole", "spread"]), "whole", f"how a reference is renewed; {modes}"
        )
        precision = "numbers that the networks compute with; off: float32; fp16 needs a CUDA device"
        auto = "auto: the fastest type whose first frames stay above 50 dB PSNR against float32"
        add_option(group, "--amp", choice([*PRECISIONS, AUTO]), "off", f"{precision}; {auto}")
        switch(group, "--cuda_graphs", True, "replay recorded CUDA graphs instead of launching operators, on a GPU")


def chosen_clips(opt: Options) -> tuple[list[Clip], str]:
    """The clips that --how_many leaves, and in words how many they are of how many."""
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)
    chosen = clips[: opt.how_many]
    return chosen, f"{len(chosen)}" + (f" of {len(clips)} clips (--how_many)" if len(chosen) < len(clips) else "")
