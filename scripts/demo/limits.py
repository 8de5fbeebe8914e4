"""Which videos the page takes."""

from dataclasses import dataclass
from pathlib import Path

from data.video import Video
from data.video.random_access import VideoFrames

MB = 2**20  # as the browser counts, too


@dataclass(frozen=True)
class Limits:
    """What a video may have at most.

    mb: size of the file, MB.
    seconds: length, s.
    frames: number of frames.
    side: longer side of a frame, px.
    """

    mb: int
    seconds: int
    frames: int
    side: int

    def __str__(self) -> str:
        return f"{self.mb} MB, {self.seconds} s, {self.frames} frames, {self.side} pixels on the longer side"

    def check(self, path: Path) -> VideoFrames:
        """The video and its number of frames. What takes longer to find out is looked at later.

        Raises:
            ValueError: it is beyond a limit; the message tells what it has and what is allowed.
            OSError, ValueError: it cannot be read.
        """
        self._check_one(size := path.stat().st_size / MB, self.mb, f"{size:.1f} MB")
        video = Video(path)
        self._check_one(max(video.size), self.side, "frames of {} x {} pixels".format(*video.size))
        if video.duration:
            self._check_one(float(video.duration), self.seconds, f"{float(video.duration):.1f} s")
        frames = VideoFrames(path)  # counts them: a header may be wrong, and a recording's has no length
        self._check_one(len(frames), self.frames, f"{len(frames)} frames")
        return frames

    def _check_one(self, value: float, most: int, told: str) -> None:
        if value > most:
            raise ValueError(f"this video has {told}, and the page takes at most {self}")
