"""Fetch published weights to where the other scripts look for them, check them, and pin their SHA-256.

python scripts/download_weights.py [FILE LINK] [--checkpoints_dir DIR]

The first file that comes is trusted, if it is the network that it should be. Its hash goes to SHA256SUMS in the folder
of the checkpoints, which `sha256sum -c` reads. A file that has another hash later is refused.
"""

import argparse
import fnmatch
import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.shortcut import official  # noqa: E402
from models.teachers import recycle_gan  # noqa: E402
from scripts.vtoonify_weights import encoder, examples, generator, identity, parsing  # noqa: E402
from util import checkpoint  # noqa: E402
from util.files import replacing  # noqa: E402
from util.runtime import finish  # noqa: E402

SHORTCUT_V2V, VTOONIFY = "https://github.com/indigopyj/Shortcut-V2V", "https://github.com/williamyang1991/VToonify"
TIMEOUT_S = 60
LOCK = "SHA256SUMS"


class Published(NamedTuple):
    """A published file: how it is read, raising ValueError if it is something else, and the page with its link."""

    read: Callable[[Path], str]
    page: str


def teacher(path: Path) -> str:
    return identity(recycle_gan.from_published(checkpoint.load(path)))


def shortcut(path: Path) -> str:
    return identity(official.from_published(checkpoint.load(path)))


FILES = {  # path or pattern in the folder of the checkpoints -> the file
    "v2c_teacher/latest_net_G_A.pth": Published(teacher, SHORTCUT_V2V),
    "ShortcutV2V_unsup_v2c/latest_net_ShortcutV2V.pth": Published(shortcut, SHORTCUT_V2V),
    "vtoonify/encoder.pt": Published(encoder, VTOONIFY),
    "vtoonify/faceparsing.pth": Published(parsing, VTOONIFY),
    "vtoonify/vtoonify_d_*/exstyle_code.npy": Published(examples, VTOONIFY),
    "vtoonify/vtoonify_[dt]_*/vtoonify*.pt": Published(generator, VTOONIFY),
}


def show(folder: Path) -> int:
    """Print a line for each published file, and for each that is here."""
    pins = read_pins(folder)
    for pattern, file in FILES.items():
        found = sorted(folder.glob(pattern))
        for path in found:
            pinned = pins.get(path.relative_to(folder).as_posix())
            print(f"here     {path}  SHA-256 {pinned or 'not pinned'}")
        if not found:
            print(f"missing  {folder / pattern}  link on {file.page}")
    return 0


def fetch(folder: Path, name: str, link: str) -> int:
    """Download, check, pin; nothing appears under the file's name before it is whole and right."""
    file = next((file for pattern, file in FILES.items() if fnmatch.fnmatch(name, pattern)), None)
    if file is None or ".." in Path(name).parts:
        raise ValueError(f"FILE must be one of {', '.join(FILES)}, got {name}")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        print(f"{target} is here already: nothing is downloaded")
        told, digest = check(folder, name, file, target)
    else:
        arrived = download(link, target, file.page)
        try:
            told, digest = check(folder, name, file, arrived)
        except ValueError as error:
            arrived.unlink()
            raise ValueError(f"what came from {link} is not kept: {error}") from error
        os.replace(arrived, target)
    pin(folder, name, digest)
    print(f"{target}: {told}, SHA-256 {digest}, pinned in {folder / LOCK}")
    return 0


def check(folder: Path, name: str, file: Published, path: Path) -> tuple[str, str]:
    """What `path` holds in words, and its SHA-256; ValueError if that is not the file, or not as pinned."""
    told, digest = file.read(path), sha256(path)
    pinned = read_pins(folder).get(name, digest)
    if pinned != digest:
        raise ValueError(
            f"{name} has SHA-256 {digest}, and {folder / LOCK} has pinned {pinned}: if the authors have published "
            "another file, delete that line"
        )
    return told, digest


def download(link: str, target: Path, page: str) -> Path:
    """The downloaded file, beside `target`. What an earlier call left unfinished is gone on with.

    Raises:
        OSError: there is no network, Drive's quota is used up, ...; the message says how to do it by hand.
    """
    if importlib.util.find_spec("gdown") is None:
        raise ValueError(f"downloads need gdown: {sys.executable} -m pip install -r requirements-download.txt")
    import gdown
    from gdown.exceptions import DownloadError, FileURLRetrievalError
    from requests.exceptions import ConnectionError as NoConnection
    from requests.exceptions import RequestException

    arrived = target.with_name(target.name + ".partial")
    try:
        gdown.download(link, str(arrived), resume=True, use_cookies=False, timeout=TIMEOUT_S)
        if arrived.open("rb").read(1) == b"<":
            arrived.unlink()
            raise DownloadError("what came is a web page, not a file")
    except (DownloadError, FileURLRetrievalError, RequestException) as error:
        offline = f"no connection to {urlsplit(link).hostname}"
        reason = offline if isinstance(error, NoConnection) else " ".join(str(error).split())
        raise OSError(
            f"cannot download {link} ({reason}): call this again later to go on, or open the link of {page} in a "
            f"browser and save the file as {target}"
        ) from error
    return arrived


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def read_pins(folder: Path) -> dict[str, str]:
    """Path in `folder` -> SHA-256."""
    lock = folder / LOCK
    lines = lock.read_text().splitlines() if lock.is_file() else []
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines if line.strip())}


def pin(folder: Path, name: str, digest: str) -> None:
    """Write the hash of `name` to the lock file."""
    pins = read_pins(folder) | {name: digest}
    with replacing(folder / LOCK) as partial:
        partial.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(pins.items())))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", help="where it goes in --checkpoints_dir; without it all are listed")
    parser.add_argument("link", nargs="?", help="where it is: a share link of Google Drive, or any address")
    parser.add_argument("--checkpoints_dir", type=Path, default=ROOT / "checkpoints", help="(default %(default)s)")
    given = parser.parse_args()
    if given.file is None:
        return show(given.checkpoints_dir)
    if given.link is None:
        parser.error(f"{given.file} needs a LINK: {SHORTCUT_V2V} and {VTOONIFY} have them")
    return fetch(given.checkpoints_dir, given.file, given.link)


if __name__ == "__main__":
    finish("download_weights.py", main)
