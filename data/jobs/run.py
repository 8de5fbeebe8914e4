"""One input becomes one output: it is read, translated and written at the same time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from data.frames import Size
from data.jobs.codecs import CODECS, Y4M
from data.jobs.done import replacing_output
from data.jobs.movie import STDOUT, MovieWriter
from data.jobs.outputs import PNG, Job
from data.jobs.sources import Film
from data.jobs.tracks import Tracks
from data.video import Frame, Video
from util.files import prepare_folder
from util.image import write_png
from util.threads import Follower, ahead

WAITING = 4  # frames between two of reading, translating and writing

Translate = Callable[[np.ndarray], np.ndarray]  # the next frame, uint8 [H, W, 3] -> uint8 of the same size


@dataclass(frozen=True)
class Form:
    """How translations are written.

    codec: a key of CODECS, or PNG for a folder of pictures.
    size: (width, height) to which frames are resized before they are translated; None: as they are.
    side_by_side: show the input to the left of its translation.
    max_frames: the first frames alone; None: all.
    """

    codec: str
    size: Size | None = None
    side_by_side: bool = False
    max_frames: int | None = None


def run_job(
    job: Job,
    film: Film,
    translate: Translate,
    form: Form,
    request: dict[str, object],
    done: Callable[[], object],
) -> tuple[int, list[str]]:
    """Translate `film` and write the job's output, whole or not at all.

    Args:
        request: what is noted down beside the output.
        done: called after each frame.

    Returns:
        The number of frames, and what a user should know, a sentence each.

    Raises:
        OSError, ValueError: a frame cannot be read, or the output not be written. No output is left then.
    """
    notes: list[str] = []
    with ExitStack() as files:
        path = job.output if job.output == STDOUT else files.enter_context(replacing_output(job, request))
        writer = files.enter_context(_writer(job, film, form, path, notes, files))
        count, uneven = 0, False
        with closing(ahead(read_film(film, form), WAITING)) as frames, Follower(writer.write, WAITING) as writing:
            for frame in frames:
                picture = translate(frame.image)
                writing.put(frame._replace(image=_shown(frame.image, picture, form)))
                uneven |= abs(frame.time * film.rate - count) > 0.5
                count += 1
                done()
        if not count:
            raise ValueError("it has no frame")
    if uneven and (job.output == STDOUT or form.codec == PNG):
        notes.append(f"its frames are not evenly spaced, and {'y4m' if job.output == STDOUT else 'png'} keeps no times")
    return count, [*film.notes, *notes]


def read_film(film: Film, form: Form) -> Iterator[Frame]:
    """The frames of `film` that are to be translated, in the size that the form says."""
    with closing(film.frames()) as frames:  # pyright: ignore[reportArgumentType]  # a generator, which can be closed
        for frame in islice(frames, form.max_frames):
            yield frame._replace(image=_resized(frame.image, form.size))


def _resized(picture: np.ndarray, size: Size | None) -> np.ndarray:
    if size is None or size == picture.shape[1::-1]:
        return picture
    smaller = size[0] * size[1] < picture.shape[0] * picture.shape[1]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def _shown(source: np.ndarray, translated: np.ndarray, form: Form) -> np.ndarray:
    return np.hstack([source, translated]) if form.side_by_side else translated


def _writer(job: Job, film: Film, form: Form, path: Path, notes: list[str], files: ExitStack) -> AbstractContextManager:
    if job.input.is_picture:
        return _PictureFile(path, job.output.suffix.lower())
    if form.codec == PNG and job.output != STDOUT:
        return _PictureFolder(path)
    width, height = form.size or film.size
    size = (2 * width if form.side_by_side else width), height
    if job.output == STDOUT:
        return MovieWriter(path, Y4M, size, film.rate)
    if (even := CODECS[form.codec].written_size(size)) != size:
        notes.append("{} needs even sides: {} x {} is written as {} x {}".format(form.codec, *size, *even))
    tracks = None
    if isinstance(film, Video) and isinstance(source := film.source.place, Path):
        tracks = Tracks(source, film.description.start, notes, cut=form.max_frames is not None)
        files.enter_context(tracks)
    return MovieWriter(path, CODECS[form.codec], size, film.rate, tracks)


class _PictureFile:
    """Writes the one frame of a picture."""

    def __init__(self, path: Path, suffix: str):
        self._path, self._form = path, Image.registered_extensions()[suffix]

    def __enter__(self) -> "_PictureFile":
        return self

    def write(self, frame: Frame) -> None:
        Image.fromarray(frame.image).save(self._path, format=self._form, quality=95)

    def __exit__(self, *error) -> None: ...


class _PictureFolder:
    """Writes frames as <folder>/00000001.png and so on."""

    def __init__(self, folder: Path):
        self._folder, self._count = folder, 0

    def __enter__(self) -> "_PictureFolder":
        prepare_folder(self._folder)
        return self

    def write(self, frame: Frame) -> None:
        self._count += 1
        write_png(self._folder / f"{self._count:08d}.png", frame.image)

    def __exit__(self, *error) -> None: ...
