"""Where the translation of each input goes, and whether it is there already."""

import contextlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.clips import IMAGE_SUFFIXES
from data.jobs.codecs import CODECS
from data.jobs.inputs import Input
from data.jobs.movie import FORMATS, STDOUT
from util.files import prepare_folder, replacing, to_json

PNG = "png"  # a codec, too: a folder of pictures
PICTURE_SUFFIX = ".png"
LONGEST_NAME = 255  # bytes, on all usual file systems
RECORD, PARTIAL = ".json", ".partial"  # added to the name of an output
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


def request_of(job: Job, settings: Mapping[str, object]) -> dict[str, object]:
    """What a finished output has to be made of: the state of the input's files, and settings as plain values."""
    files = [[file.name, (state := file.stat()).st_size, state.st_mtime_ns] for file in job.input.files]
    return json.loads(to_json({"input": files, **settings}))


def is_done(job: Job, request: Mapping[str, object]) -> bool:
    """Whether the output is there, unchanged, and was made by this request."""
    if not job.input.files or not job.output.exists():
        return False
    try:
        made = json.loads(job.record.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(made, dict) and made == {"output": _state(job.output), **request}


def write_record(job: Job, finished: Path, request: Mapping[str, object]) -> None:
    """Say what the output was made of, just before `finished` takes its name: a kill between the two loses the output
    alone, since the record tells the finished file's size and date."""
    if job.input.files:
        with replacing(job.record) as partial:
            partial.write_text(to_json({"output": _state(finished), **request}, indent=1) + "\n")


def _state(path: Path) -> list[int]:
    """Size and date of a file; number of files and the latest date of a folder's."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    states = [file.stat() for file in files]
    return [len(files), sum(s.st_size for s in states), max((s.st_mtime_ns for s in states), default=0)]


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


@contextlib.contextmanager
def replacing_output(job: Job, request: Mapping[str, object]):
    """A context manager: write to the path that it gives; it becomes the output if the block ends without an error."""
    partial = job.output.with_name(job.output.name + PARTIAL)
    _remove(partial)
    try:
        yield partial
        write_record(job, partial, request)
        if job.output.is_dir():
            _remove(job.output)
        os.replace(partial, job.output)
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with the files in it, if it is there."""
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    path.unlink(missing_ok=True)
