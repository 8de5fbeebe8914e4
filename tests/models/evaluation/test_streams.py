from contextlib import contextmanager

import pytest
import torch

from models.evaluation.pipeline_cost import stream_methods
from models.evaluation.streams import FEWEST, MOST, Stream, time_streams
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from tests.helpers.tiny import block, teacher, video

CPU = torch.device("cpu")
QUICK, SLOW = 1.0, 1e6  # ms of the teacher on a frame


class Pictures(list):
    """A video in memory."""

    write = list.append


@pytest.fixture
def streamed():
    """(streams of two long videos, methods, all videos that are written)."""
    written = []

    @contextmanager
    def writer():
        written.append(Pictures())
        yield written[-1]

    stages = eager(teacher().for_inference(), optimize(block(), "reference"))
    streams = [Stream(name, lambda count: video(40)[:count], writer) for name in "ab"]
    return streams, stream_methods(stages, {"shortcut": Translator(stages, Every(3))}), written


def test_as_many_frames_are_timed_as_time_and_limit_allow(streamed):
    streams, methods, _ = streamed
    counts = [time_streams(streams, methods, ms, None, CPU)["frames"] for ms in (QUICK, SLOW)]
    assert counts == [MOST, FEWEST]
    found = time_streams(streams, methods, QUICK, 4, CPU)
    assert found["frames"] == 8 and found["clips"] == ["a", "b"] and found["ms"].keys() == {"teacher", "shortcut"}
    assert all(0 < times["median"] <= times["p95"] for times in found["ms"].values())


@torch.no_grad()
def test_every_pass_writes_what_the_method_shows_of_a_new_video(streamed):
    streams, methods, written = streamed
    time_streams(streams, methods, QUICK, 2, CPU)
    assert {len(pictures) for pictures in written} == {2} and written[0][0].shape == (16, 24, 3)
    first = {pictures[0].tobytes() for pictures in written}
    assert len(first) == 1  # a reference frame, by either method
