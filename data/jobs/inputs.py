"""What the words of a command line name: films, pictures, sequences of pictures, cameras, streams."""

import glob
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from data.jobs.sources import Camera, Film, Pictures, address, film_of, standard_input
from data.listing import IMAGE_SUFFIXES, VIDEO_SUFFIXES, check_one_series, in_words, list_folder, natural_key

ADDRESS = re.compile(r"(rtsps?|https?|rtmp|srt|udp|tcp)://", re.IGNORECASE)
NUMBERED = re.compile(r"%0?\d*d")
SEQUENCE_FPS = Fraction(15)  # of pictures in a folder, unless the user says otherwise, as test.py has it


@dataclass(frozen=True)
class Input:
    """One film or picture to translate.

    name: the output is called after it.
    told: as the user knows it, for messages.
    open: opens it; OSError or ValueError if it cannot be read.
    files: it is read from; none for a camera or a stream.
    is_picture: it is a single picture.
    """

    name: str
    told: str
    open: Callable[[], Film]
    files: tuple[Path, ...] = ()
    is_picture: bool = False


@dataclass(frozen=True)
class Reading:
    """How inputs without times of their own are read.

    fps: of sequences of pictures and of raw frames.
    size: (width, height) of raw frames on standard input; None: standard input is y4m.
    """

    fps: Fraction | None = None
    size: tuple[int, int] | None = None


def find_inputs(word: str, locate: Callable[[str], str], how: Reading) -> list[Input]:
    """The inputs that a word names.

    Args:
        word: "-", a file, a folder, a pattern, the number of a camera, or an address.
        locate: a typed path -> the path as seen from here.

    Raises:
        OSError, ValueError: nothing is there, or it can be meant in two ways; the message tells both.
    """
    if word == "-":
        return [Input("stdin", "standard input", lambda: standard_input(how.size, how.fps))]
    path = Path(locate(word))
    if path.is_file():
        return [_file(path)]
    if path.is_dir():
        return _folder(path, how)
    if ADDRESS.match(word):
        return [Input(_name_of_address(word), word, lambda: address(word))]
    if word.isdecimal():
        return [Input(f"camera{word}", f"camera {word}", lambda: Camera(int(word)))]
    if NUMBERED.search(path.name):
        return [_numbered(path, how)]
    if glob.has_magic(word):
        return list(_matches(path, word, how))
    raise FileNotFoundError(f"{word}: no such file or folder, and no camera number, address or pattern")


def _file(path: Path) -> Input:
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return Input(path.stem, str(path), lambda: Pictures((path,), SEQUENCE_FPS), (path,), is_picture=True)
    return Input(path.stem, str(path), lambda: film_of(path), (path,))


def _sequence(name: str, told: Path, pictures: Sequence[Path], how: Reading) -> Input:
    check_one_series(pictures)
    files = tuple(pictures)
    return Input(name, str(told), lambda: Pictures(files, how.fps or SEQUENCE_FPS), files)


def _folder(folder: Path, how: Reading) -> list[Input]:
    """Its videos; or its pictures, as one film; or its subfolders with pictures, each as a film."""
    listing = list_folder(folder)
    videos, pictures = listing.videos, listing.images
    if videos and pictures:
        raise ValueError(
            f"{folder} holds {len(videos)} videos and {len(pictures)} pictures: give {folder}/*{videos[0].suffix} for "
            f"the videos, or {folder}/*{pictures[0].suffix} for the pictures, each by itself"
        )
    if videos:
        return [_file(video) for video in videos]
    if pictures:
        return [_sequence(folder.resolve().name, folder, pictures, how)]
    clips = [(inner, found) for inner in listing.folders if (found := list_folder(inner).images)]
    if not clips:
        known = in_words(VIDEO_SUFFIXES | IMAGE_SUFFIXES)
        raise FileNotFoundError(f"{folder} holds no video, no picture and no folder of pictures ({known})")
    return [_sequence(inner.name, inner, found, how) for inner, found in clips]


def _numbered(pattern: Path, how: Reading) -> Input:
    """The pictures that a pattern such as frame_%05d.png stands for, as one film."""
    before, number, after = pattern.name.partition(NUMBERED.search(pattern.name).group())  # pyright: ignore
    digits = re.sub(r"\D", "", number)
    wanted = re.compile(re.escape(before) + rf"\d{{{int(digits or 1)},}}" + re.escape(after))
    there = pattern.parent.iterdir() if pattern.parent.is_dir() else ()
    pictures = sorted((path for path in there if wanted.fullmatch(path.name)), key=natural_key)
    if not pictures:
        raise FileNotFoundError(f"{pattern}: no picture has such a name")
    name = before.rstrip("_-. ") or pattern.parent.resolve().name
    return _sequence(name, pattern, pictures, how)


def _matches(path: Path, word: str, how: Reading) -> Iterator[Input]:
    found = sorted(map(Path, glob.glob(str(path))), key=natural_key)
    if not found:
        raise FileNotFoundError(f"{word}: nothing matches")
    for one in found:
        yield from _folder(one, how) if one.is_dir() else [_file(one)]


def _name_of_address(text: str) -> str:
    place = ADDRESS.sub("", text).partition("?")[0].rstrip("/")
    return re.sub(r"[^\w.-]", "_", Path(place).stem) or "stream"


def frames_of(one: Input, limit: int | None) -> int | None:
    """About how many frames an input has, `limit` at most; None if nothing tells before they are read."""
    if not one.files:
        return limit
    try:
        film = one.open()
    except (OSError, ValueError):
        return 0  # it will fail when its turn comes
    count = None if film.duration is None else round(film.duration * film.rate)
    return min(n for n in (count, limit) if n is not None) if count or limit else None
