"""Real photographs that need no download: scikit-image brings them, in the public domain or under CC0."""

from pathlib import Path

import skimage

from data.clips import Clip

NAMES = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg")


def photographs() -> list[Clip]:
    """One clip of one frame per photograph that the installed scikit-image holds."""
    folder = Path(skimage.__file__).parent / "data"
    return [Clip(path.stem, (path,)) for path in (folder / name for name in NAMES) if path.is_file()]
