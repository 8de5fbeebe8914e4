"""Fixtures shared by the tests: fixed random numbers, tiny clips on disk."""

import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    """Random inputs are the same in every run, so that a failure can be looked at."""
    torch.manual_seed(0)


def picture(number, size=(32, 16)):
    """uint8 [H, W, 3]: red is 10 * number, green rises to the right and blue downwards."""
    width, height = size
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = 10 * number
    image[..., 1] = np.linspace(20, 220, width).astype(np.uint8)
    image[..., 2] = np.linspace(20, 220, height).astype(np.uint8)[:, None]
    return image


@pytest.fixture
def write_frames():
    """write(folder, names, size) -> the files, frame k showing `picture(k)`."""

    def write(folder, names, size=(32, 16)):
        folder.mkdir(parents=True, exist_ok=True)
        for number, name in enumerate(names):
            Image.fromarray(picture(number, size)).save(folder / name)
        return [folder / name for name in names]

    return write


@pytest.fixture
def write_video():
    """write(path, times, size, codec, pix_fmt) -> path, frame k showing `picture(k)` at times[k] / 25 s."""

    def write(path, times=range(12), size=(32, 16), codec="libx264", pix_fmt="yuv420p", options=None, header=None):
        import av

        with av.open(str(path), "w", options=header or {}) as container:
            stream = container.add_stream(codec, rate=25, options=options or {"g": "5", "bf": "2", "crf": "5"})
            (stream.width, stream.height), stream.pix_fmt = size, pix_fmt
            for number, time in enumerate(times):
                frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24")
                frame.pts = time
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return write
