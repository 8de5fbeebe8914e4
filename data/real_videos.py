"""Real videos of a domain, for metrics that compare with what is real."""

import functools
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from torch import Tensor

from data.clips import Clip
from data.frames import Size
from data.stream import frames


class RealVideos:
    """The clips one after the other, each as a stream of frames [1, 3, H, W] in [-1, 1].

    Args:
        clips: read anew every time they are gone through, one frame in memory.
        size: (width, height) of the pictures they are compared with. Another size would be another sharpness, which
            the metrics would count as a difference.
    """

    def __init__(self, clips: Sequence[Clip], size: Size):
        if not clips:
            raise ValueError("there must be at least one real video, got none")
        self.clips, self.size = tuple(clips), size

    def __iter__(self) -> Iterator[Iterator[Tensor]]:
        return (frames(clip, self.size) for clip in self.clips)

    def __len__(self) -> int:
        return len(self.clips)

    @functools.cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with the size, and with the path, length or date of any file.

        Raises:
            FileNotFoundError: a file is gone.
        """
        digest = hashlib.sha256(json.dumps(list(self.size)).encode())
        for clip in self.clips:
            files = [clip.video] if clip.video else clip.frames
            digest.update(json.dumps([clip.name, *map(_facts, files)]).encode())
        return digest.hexdigest()[:16]


def _facts(path: Path) -> list:
    facts = path.stat()
    return [str(path.resolve()), facts.st_size, facts.st_mtime_ns]
