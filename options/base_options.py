"""Command-line options: declared, parsed, checked and recorded here, and nowhere else."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from data import DATASETS
from data.detect import detect
from models.ops import BACKENDS
from models.shortcut import BLOCKS
from options import checks, layers, model_file
from options.flags.teachers import TEACHER, add_families, family_problems
from options.parser import PATH, TEXT, Parser, Wrong, add_option, choice, existing, int_range, matching, switch
from options.record import SPLITS, Options

DEFAULT_INTERVAL = 3  # between references of a fixed refresh, as published
LONGEST_INTERVAL = 12  # between references of an adaptive refresh, unless a fit or a flag says otherwise
MODES = ("video", "frames", "videofile", "unaligned_scale")
LARGEST = 2**14  # side of a frame, pixels
BLOCK_SHAPE = {  # flag: (value for a new block, largest value, what it is)
    "feat_ch": ("the teacher's", 2**14, "channels of the teacher's features"),
    "h_dim": (64, 2**12, "channels inside the block"),
    "num_dg": (1, 256, "deformable groups"),
    "g_layers": (2, 64, "layers that predict the global offset"),
    "l_layers": (3, 64, "layers that predict the local offset and mask"),
    "offset_g_size": (1, 31, "taps per side with a global offset of their own"),
    "offset_l_size": (3, 31, "taps per side with a local offset of their own"),
    "adabd_dilation": (1, 64, "dilation of the blending convolution"),
}


class BaseOptions:
    """Options shared by train.py and test.py. Subclasses extend `add_arguments` and `problems`."""

    program = ""
    phase = ""
    default_interval: int | None = DEFAULT_INTERVAL

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        self._add_run(parser.add_argument_group("run"))
        self._add_data(parser.add_argument_group("data"))
        self._add_sizes(parser.add_argument_group("sizes", "pixels; the networks see the fine size"))
        self._add_teacher(parser.add_argument_group("teacher"))
        add_families(parser)
        self._add_shortcut(
            parser.add_argument_group(
                "shortcut",
                "shape of the Shortcut block; not given: from the checkpoint, or the value named for a new one",
            )
        )

    def problems(self, opt: Options) -> list[str]:
        """What one flag alone cannot show, each as one sentence that names the flag and the value."""
        shared = (checks.name_problems, checks.dataroot_problems, checks.size_problems, family_problems)
        return [sentence for check in shared for sentence in check(opt)]

    def described(self, given: Mapping[str, object]) -> dict[str, object]:
        """The flags of the model that `given` flags name, as its description has them: those of its teacher.

        Raises:
            ValueError: the description is wrong.
        """
        values = model_file.read(Path(str(given["model_file"]))) if given.get("model_file") else {}
        return {name: value for name, value in values.items() if name in model_file.TEACHER}

    def parse(self, argv: Sequence[str] | None = None) -> Options:
        """The checked, read-only options; on any problem all are printed and the program exits with status 2.

        Flags before a lone `--` are a script's: an --options file wins over them, `options.layers` says how.
        """
        parser = self.parser()
        defaults = vars(parser.parse_args([]))
        read = layers.read(parser, sys.argv[1:] if argv is None else argv, defaults, self.described)
        wrong = {name: v for name, v in read.values.items() if isinstance(v, Wrong)}
        found = [*read.problems, *(f"--{name} must be {v.allowed}, got {v.text!r}" for name, v in wrong.items())]
        values, notes = {**read.values, **{name: defaults[name] for name in wrong}}, read.notes
        try:
            guessed, how = self.guess(values, read.chosen)
            values, notes = values | guessed, [*notes, *how]
        except ValueError as error:
            found.append(f"--dataroot: {error}")
        opt = Options(values, defaults, parser.may_change(), notes)
        if found := found + parser.missing(vars(opt)) + self.problems(opt):
            parser.error("\n  ".join(found))
        return opt

    def guess(self, values: Mapping[str, object], chosen: Set[str]) -> tuple[dict[str, object], list[str]]:
        """What a --dataroot says about flags that the caller did not give: their values, and a line on each guess.

        Args:
            values: of all flags, by name.
            chosen: the flags that the caller gave.

        Raises:
            ValueError: the --dataroot can be understood in two ways.
        """
        named = {"dataset_mode", "dataset_option"} & chosen
        if named or "dataroot" not in chosen or not self.reads_clips(values):
            return {}, []
        found = detect(Path(str(values["dataroot"])), SPLITS[str(values["phase"])])
        if found is None or found.mode == values["dataset_mode"]:
            return {}, []
        return {"dataset_mode": found.mode}, [f"--dataset_mode {found.mode}, because --dataroot is {found.what}"]

    def reads_clips(self, values: Mapping[str, object]) -> bool:
        """Whether any clips will do: videos, or folders of frames."""
        return True

    def parser(self) -> Parser:
        parser = Parser(
            prog=self.program,
            usage=f"{self.program} --dataroot PATH --name NAME [--flag value ...]   (--help lists all flags)",
            allow_abbrev=False,
        )
        self.add_arguments(parser)
        return parser

    def _add_run(self, group: argparse._ArgumentGroup) -> None:
        run = "the run: its files lie in <checkpoints_dir>/<name>"
        add_option(group, "--name", TEXT, "experiment_name", run, may_change=True)
        add_option(group, "--checkpoints_dir", PATH, "./checkpoints", "folder of all runs")
        add_device(group)
        add_option(group, "--seed", int_range(0, 2**32 - 1), 0, "start of every random choice")
        add_option(group, "--options", PATH, None, "read flags from this options.yaml; those of the command line win")
        switch(group, "--dry_run", False, "build everything, print sizes, cost and paths, and stop")

    def _add_data(self, group: argparse._ArgumentGroup) -> None:
        there = existing("file or folder", checks.HOW_TO_GET_DATA)
        add_option(group, "--dataroot", there, None, "the dataset: its root folder, or a video file")
        modes = "video: the dataset named by --dataset_option; frames: a folder of clips; videofile: video files"
        add_option(
            group, "--dataset_mode", choice(MODES), "video", f"{modes}; unaligned_scale: pictures of two domains"
        )
        options = choice(sorted(set(DATASETS) - set(MODES)))
        add_option(group, "--dataset_option", options, "v2c", "which dataset; v2c Viper to Cityscapes, v2l, l2v labels")
        add_option(group, "--phase", choice(SPLITS), self.phase, "which split to read; test reads val")

    def _add_sizes(self, group: argparse._ArgumentGroup) -> None:
        mode = "rectangle: the W/H pair; square: the others; none (test.py): own size, cut to multiples of 8"
        add_option(group, "--resize_mode", choice(["rectangle", "square", "none"]), "rectangle", mode)
        for flag, default in (("--loadSize", 286), ("--loadSizeW", 542), ("--loadSizeH", 286)):
            add_option(
                group,
                flag,
                int_range(4, LARGEST),
                default,
                "the size before the random crop of training; test.py does not crop",
            )
        for flag, default in (("--fineSize", 256), ("--fineSizeW", 512), ("--fineSizeH", 256)):
            add_option(group, flag, int_range(4, LARGEST), default, "the size that the networks see, a multiple of 4")

    def _add_teacher(self, group: argparse._ArgumentGroup) -> None:
        description = "read the teacher's flags, in a test also the run's, from this model.yaml; typed flags win"
        add_option(group, "--model_file", existing("file"), None, description)
        add_teacher(group)

    def _add_shortcut(self, group: argparse._ArgumentGroup) -> None:
        interval = "frames from one reference frame to the next (alpha), at most with --refresh adaptive"
        if self.default_interval is None:
            interval += f"; not given: 3, adaptive: as fitted, or {LONGEST_INTERVAL} with --refresh_threshold"
        add_option(group, "--max_interval", int_range(1, 100_000), self.default_interval, interval)
        published = "shortcut (published behaviour): reference frames show a prediction"
        refresh = f"{published}; training then includes distance --max_interval"
        add_option(group, "--refresh_output", choice(["teacher", "shortcut"]), "teacher", refresh)
        forms = "published: the paper's; full_size: moves the reference's features and picture as they are"
        add_option(
            group, "--block", choice(BLOCKS), None, f"form of the Shortcut block (new block: published); {forms}"
        )
        for name, (new, most, text) in BLOCK_SHAPE.items():
            add_option(group, f"--{name}", int_range(1, most), None, f"{text} (new block: {new})")


def add_device(group: argparse._ArgumentGroup) -> None:
    """Flags that say on what the networks run."""
    gpu = matching(re.compile(r"-1|\d+|mps").fullmatch, "-1 for the CPU, the number of one GPU, or mps", "N")
    device = "-1 is the CPU, mps is Metal (untested); not given: the first GPU, or the CPU if there is none"
    add_option(group, "--gpu_ids", gpu, None, device, may_change=True)
    backends = "how deformable convolutions are computed; auto: as measured fastest on the device"
    add_option(group, "--deform_backend", choice(BACKENDS), "auto", backends, may_change=True)


def add_teacher(group: argparse._ArgumentGroup) -> None:
    """Flags that say which network is the teacher."""
    add_option(group, "--teacher", TEACHER, "recycle_gan", "family of the teacher, or your own generator")
    weights = existing("file", f"the published teacher goes to {checks.PUBLISHED_TEACHER}, {checks.VTOONIFYS}")
    add_option(group, "--main_G_path", weights, None, f"the teacher's weights; published: {checks.PUBLISHED_TEACHER}")
    landmarks = "dlib's shape_predictor_68_face_landmarks.dat, to align faces as published; not given: MTCNN's"
    add_option(group, "--landmarks_path", PATH, None, landmarks)
