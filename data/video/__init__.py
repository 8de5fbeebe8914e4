"""Videos: what a player shows of a file or a stream, frame by frame or by number, and when it shows it."""

from data.video.film import Frame, Video, decode
from data.video.random_access import VideoFrames, frame_rate

__all__ = ["Frame", "Video", "VideoFrames", "decode", "frame_rate"]
