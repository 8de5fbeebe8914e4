"""Where the translation of each input goes."""

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.jobs.codecs import CODECS
from data.jobs.inputs import Input
from data.jobs.movie import FORMATS, STDOUT
from data.listing import IMAGE_SUFFIXES
from util.files import prepare_folder

PNG = "png"  # a codec, too: a folder of pictures
PICTURE_SUFFIX = ".png"
LONGEST_NAME = 255  # bytes, on all usual file systems
RECORD, PARTIAL, LOCK = ".json", ".partial", ".lock"  # added to the name of an output
FRAME_NAME = re.compile(r"\d{8}\.png")  # in a folder of frames


@dataclass(frozen=True)
class Job:
    """One input and the file that its translation becomes; a folder for a sequence of PNG files."""

    input: Input
    output: Path

    @property
    def record(self) -> Path:
        """A hidden file beside the output that says what it was made of."""
        return self.output.with_name(f".{self.output.name}{RECORD}")


def new_jobs(inputs: Sequence[Input], out: str, codec: str) -> list[Job]:
    """One job per input. Nothing is written.

    Args:
        out: "-" or a path with a video's (or picture's) suffix, for one input; otherwise a folder.

    Raises:
        ValueError: two outputs would have one name, an output would be an input, or `out` holds one output only.
    """
    place = Path(out)
    suffix = place.suffix.lower()
    if out != "-" and (place.is_dir() or suffix not in {*FORMATS, *IMAGE_SUFFIXES}):
        jobs = [Job(one, place / _name(one, codec)) for one in inputs]
        _refuse_collisions(jobs)
        return jobs
    if len(inputs) > 1:
        raise ValueError(f"-o {out} takes one input, got {len(inputs)}: give a folder")
    if out == "-":
        return [Job(one, STDOUT) for one in inputs]
    wants_picture = bool(inputs) and inputs[0].is_picture
    if (suffix in IMAGE_SUFFIXES) != wants_picture:
        what = "a picture" if wants_picture else "a film"
        raise ValueError(f"-o {out} does not fit {what}, {inputs[0].told}")
    _refuse_collisions(jobs := [Job(one, place) for one in inputs])
    return jobs


def _name(one: Input, codec: str) -> str:
    suffix = PICTURE_SUFFIX if one.is_picture else "" if codec == PNG else CODECS[codec].suffix
    room = LONGEST_NAME - len(os.fsencode("." + suffix + RECORD + PARTIAL))
    return os.fsdecode(os.fsencode(one.name)[:room]) + suffix


def _refuse_collisions(jobs: Sequence[Job]) -> None:
    sources = defaultdict(list)
    for job in jobs:
        sources[os.path.normcase(job.output)].append(job.input.told)
        if any(job.output.resolve() in (file.resolve(), file.resolve().parent) for file in job.input.files):
            raise ValueError(f"{job.input.told} would be replaced by its own translation: give another -o")
    twice = [f"{output}: {', '.join(told)}" for output, told in sources.items() if len(told) > 1]
    if twice:
        raise ValueError("several inputs would become one output:\n  " + "\n  ".join(twice))


def prepare(jobs: Sequence[Job], existing: Sequence[Job], overwrite: bool) -> None:
    """Make the folders of the outputs.

    Raises:
        FileExistsError: some outputs are there and are not those of this call.
        OSError: a folder cannot be written.
    """
    for folder in (job.output for job in existing if job.output.is_dir()):
        if others := [file.name for file in folder.iterdir() if not FRAME_NAME.fullmatch(file.name)]:
            raise FileExistsError(f"{folder} is a folder with other files, such as {others[0]}: give another -o")
    if existing and not overwrite:
        names = "\n  ".join(str(job.output) for job in existing)
        raise FileExistsError(f"there already, and not made by this call; --overwrite replaces them:\n  {names}")
    for folder in dict.fromkeys(job.output.parent for job in jobs if job.output != STDOUT):
        prepare_folder(folder)
