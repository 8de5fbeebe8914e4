"""All that one word names, translated: for Python code, which has no command line."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from data.frames import Size
from data.jobs.codecs import CODECS
from data.jobs.done import is_done, request_of
from data.jobs.inputs import Input, Reading, find_inputs
from data.jobs.outputs import PNG, new_jobs, prepare
from data.jobs.run import WAITING, Form, Translate, read_film, run_job
from util.picture import Picture
from util.threads import ahead


def pictures_of(source: str | os.PathLike[str] | int | Iterable[Picture], size: Size | None) -> Iterator[Picture]:
    """The frames of one INPUT of translate.sh, uint8 [H, W, 3], read ahead by another thread; other frames as they are.

    Args:
        size: (width, height) to which the frames of an INPUT are resized; None: as they are.

    Raises:
        OSError, ValueError: there is no such input, or several.
    """
    if not isinstance(source, str | os.PathLike | int):
        yield from source
        return
    found = _inputs(str(source))
    if len(found) > 1:
        raise ValueError(f"{source} holds {len(found)} videos or pictures: give one of them")
    with closing(ahead(read_film(found[0].open(), Form(PNG, size)), WAITING)) as frames:
        for frame in frames:
            yield frame.image


def translate_whole(
    source: str,
    output: str,
    form: Form,
    settings: Mapping[str, object],
    begin: Callable[[], Translate],
    overwrite: bool = False,
    progress: bool = False,
) -> list[Path]:
    """Write the translation of each input that `source` names, whole or not at all; return their paths.

    Args:
        source, output: INPUT and -o of translate.sh. `output` is no standard output.
        settings: what, beside input and form, a translation depends on. What an equal call has finished is kept.
        begin: what translates the next film.
        overwrite: replace outputs that another call made.
        progress: show a bar.

    Raises:
        OSError, ValueError: an input cannot be read, or its output not be written.
    """
    if form.codec not in (known := (*CODECS, PNG)):
        raise ValueError(f"codec must be one of {', '.join(known)}, got {form.codec!r}")
    if output == "-":
        raise ValueError("output must be a file or a folder, got -")
    jobs = new_jobs(_inputs(source), output, form.codec)
    requests = {job: request_of(job, {**settings, **asdict(form)}) for job in jobs}
    todo = [job for job in jobs if not is_done(job, requests[job])]
    prepare(todo, [job for job in todo if job.output.exists()], overwrite)
    with tqdm(unit="frame", disable=not progress) as bar:
        for job in todo:
            run_job(job, job.input.open(), begin(), form, requests[job], bar.update)
    return [job.output for job in jobs]


def _inputs(source: str) -> list[Input]:
    return find_inputs(source, str, Reading())
