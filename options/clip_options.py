"""The flags of programs that run a teacher and its Shortcut on clips."""

import argparse
import re
from pathlib import Path

from data import Clip, find_clips
from options.base_options import BaseOptions
from options.checks import PUBLISHED_TEACHER
from options.parser import matching, number, value, whole
from options.record import Options


class ClipOptions(BaseOptions):
    """Options shared by test.py and scripts/fit_refresh.py: which checkpoint, and how much of the clips."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        clips = parser.add_argument_group("clips")
        epoch = matching(re.compile(r"latest|best|\d+").fullmatch, "latest, best or an epoch's number", "EPOCH")
        value(clips, "--which_epoch", epoch, "latest", "which checkpoint of the run: latest, best or an epoch's number")
        value(clips, "--how_many", whole(1), None, "translate this many clips at most; not given: all")
        value(clips, "--max_frames", whole(1), None, "translate this many frames of each clip at most; not given: all")
        still = "show the reference's features where early ones changed by less than this part of their mean; 0: never"
        value(clips, "--hold", number(0, 100), 0.0, still)

    def problems(self, opt: Options) -> list[str]:
        found = super().problems(opt)
        if opt.main_G_path is None:
            found.append(f"--main_G_path is missing: give the teacher; the published one: {PUBLISHED_TEACHER}")
        if opt.dataset_mode == "unaligned_scale":
            found.append("--dataset_mode unaligned_scale has no clips: it only trains teachers (train.py)")
        return found


def chosen_clips(opt: Options) -> tuple[list[Clip], str]:
    """The clips that --how_many leaves, and in words how many they are of how many."""
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)
    chosen = clips[: opt.how_many]
    return chosen, f"{len(chosen)}" + (f" of {len(clips)} clips (--how_many)" if len(chosen) < len(clips) else "")
