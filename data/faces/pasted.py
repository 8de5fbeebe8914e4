"""A video whose faces are stylised, at the size of their stylised crops."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from data.faces.crop import cropped_size
from data.faces.paste import Paste, enlarged
from data.faces.portraits import Portraits
from data.video import decode
from data.video_writer import VideoWriter


def write_pasted(
    path: Path, video: Portraits, stylised: Sequence[Path], factor: int, fps: float, limit: int | None = None
) -> None:
    """Write the frames of `video`, `factor` times as large, with every face that is there stylised.

    Args:
        path: ends in .mp4.
        stylised: per portrait a video whose rightmost panel is its stylised crop, `factor` times as large as the crop.
        fps: frames per second.
        limit: stop after so many frames.
    """
    height, width = (factor * side for side in video.frame_size)
    pastes = [Paste(portrait.crop, video.frame_size, factor) for portrait in video.portraits]
    panels = [factor * cropped_size(portrait.crop)[0] for portrait in video.portraits]
    with VideoWriter(path, fps, (width, height)) as output:
        for (frame, there), *shown in zip(islice(video, limit), *map(decode, stylised), strict=False):
            canvas = enlarged(frame, factor)
            for paste, panel, image, seen in zip(pastes, panels, shown, there, strict=True):
                if seen:
                    canvas = paste(canvas, image[:, -panel:])
            output.write(canvas)
