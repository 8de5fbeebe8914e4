"""Turns decoded frames into pictures with FFmpeg's filters."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import av
import numpy as np
from av.error import BlockingIOError as NotYet
from av.error import EOFError as AtEnd
from av.filter import Graph

from data.video.picture import Filter, Look

Stamp = TypeVar("Stamp")


def shown(frames: Iterable[tuple[av.VideoFrame, Stamp]], look: Look) -> Iterator[tuple[np.ndarray, Stamp]]:
    """The picture of each frame, uint8 [H, W, 3] RGB, with what came with the frame.

    A deinterlaced picture needs the frames before and after its own. Any other is made of its own frame alone.
    """
    screen, stamps = Screen(look), deque[Stamp]()
    for frame, stamp in frames:
        stamps.append(stamp)
        for picture in screen.show(frame):
            yield picture, stamps.popleft()
    for picture in screen.flush():
        yield picture, stamps.popleft()


class Screen:
    """The filters for the frames at hand, which change when frames change in size or begin to be interlaced."""

    def __init__(self, look: Look):
        self._look, self._interlaced = look, look.interlaced
        self._graph: Graph | None = None
        self._kind: tuple | None = None
        self._previous: av.VideoFrame | None = None
        self._already_shown = 0  # frames in the graph for the sake of a later one

    def show(self, frame: av.VideoFrame) -> Iterator[np.ndarray]:
        """The pictures that are complete with `frame`, in order."""
        self._look.tag(frame)
        begins = frame.interlaced_frame and not self._interlaced
        self._interlaced |= frame.interlaced_frame
        if (kind := (*_layout(frame), self._interlaced)) != self._kind:
            yield from self.flush()
            filters = self._look.filters(frame, self._interlaced)
            self._kind, self._graph = kind, new_graph(frame, filters) if filters else None
            if begins and self._previous and _layout(self._previous) == _layout(frame):
                self._already_shown = 1
                yield from self._filtered(self._previous)
        self._previous = frame
        yield from self._filtered(frame)

    def flush(self) -> Iterator[np.ndarray]:
        """The pictures still to come of the frames so far."""
        yield from self._filtered(None)
        self._graph, self._kind = None, None

    def _filtered(self, frame: av.VideoFrame | None) -> Iterator[np.ndarray]:
        if self._graph is None:
            if frame:
                yield frame.to_ndarray(format="rgb24")
            return
        self._graph.push(frame)
        while True:
            try:
                picture = self._graph.pull()
            except (NotYet, AtEnd):
                return
            if self._already_shown:
                self._already_shown -= 1
            else:
                yield picture.to_ndarray()


def _layout(frame: av.VideoFrame) -> tuple:
    return frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range


def new_graph(frame: av.VideoFrame, filters: Sequence[Filter]) -> Graph:
    """FFmpeg's filters, one after the other, for frames like `frame`."""
    graph = Graph()
    source = {"video_size": f"{frame.width}x{frame.height}", "pix_fmt": frame.format.name, "pixel_aspect": "1/1"}
    colours = {"colorspace": str(frame.colorspace), "range": str(frame.color_range)}
    nodes = [graph.add("buffer", time_base=str(frame.time_base), **source, **colours)]
    nodes += [graph.add(name, **options) for name, options in filters]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph
