"""Real photographs that need no download: scikit-image comes with them, all in the public domain or CC0."""

from importlib.util import find_spec
from pathlib import Path

from data.clips import Clip

NAMES = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg")


def photographs() -> list[Clip]:
    """Each as a clip of one frame; those that the installed version of scikit-image does not hold are left out."""
    folder = Path(find_spec("skimage").origin).parent / "data"
    return [Clip(path.stem, (path,)) for path in (folder / name for name in NAMES) if path.is_file()]
