"""What all tests share: fixed random numbers, tiny clips on disk, and which tests a machine can run."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from PIL import Image

from tests.helpers.browser import CHROMIUM

E2E = Path(__file__).parent / "e2e"

# Property tests try the same few examples in every run, however slow the machine is.
settings.register_profile("suite", max_examples=20, derandomize=True, deadline=None, database=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items):
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.get_closest_marker("gpu") and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("needs chromium on the PATH: bash scripts/run_tests.sh --with-browser installs it")


@pytest.fixture(autouse=True)
def same_numbers_every_time():
    """Random inputs and the number of threads, on which rounding depends, are the same in every test."""
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


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
