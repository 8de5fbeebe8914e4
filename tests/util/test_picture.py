"""Frames of any kind as pixels and back."""

import numpy as np
import pytest
import torch
from PIL import Image

from util.picture import is_one, pixels_of

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)


@pytest.mark.parametrize(
    "frame",
    [
        PIXELS,
        Image.fromarray(PIXELS),
        torch.from_numpy(PIXELS).permute(2, 0, 1) / 127.5 - 1,
        (torch.from_numpy(PIXELS).permute(2, 0, 1)[None] / 127.5 - 1).double(),
    ],
    ids=["array", "PIL", "tensor", "batch of one"],
)
def test_pixels_come_back_as_what_they_were(frame):
    pixels, back = pixels_of(frame)
    assert pixels.dtype == np.uint8 and np.array_equal(pixels, PIXELS)
    again = back(pixels)
    assert type(again) is type(frame)
    if isinstance(frame, torch.Tensor):
        assert again.shape == frame.shape and again.dtype == frame.dtype and torch.allclose(again, frame)
    else:
        assert np.array_equal(np.asarray(again), PIXELS)
    assert back(PIXELS[:2, :2]) is not None  # a generator may make another size


def test_a_grey_picture_becomes_rgb():
    assert pixels_of(Image.new("L", (3, 2), 7))[0].tolist() == [[[7, 7, 7]] * 3] * 2


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (PIXELS.astype(np.float32), r"array float32 \[4, 6, 3\]"),
        (PIXELS[..., 0], r"array uint8 \[4, 6\]"),
        (torch.zeros(2, 3, 4, 4), r"tensor float32 \[2, 3, 4, 4\]"),
        (torch.full((3, 4, 4), 255.0), "with values from 255 to 255"),
        (torch.zeros(3, 4, 4, dtype=torch.uint8), r"tensor uint8 \[3, 4, 4\]"),
        ("a.png", "got a str"),
    ],
)
def test_anything_else_is_told(frame, told):
    with pytest.raises(ValueError, match=told):
        pixels_of(frame)


def test_one_frame_or_several():
    assert is_one(PIXELS) and is_one(Image.fromarray(PIXELS)) and is_one(torch.zeros(3, 2, 2))
    assert not is_one(PIXELS[None]) and not is_one(torch.zeros(1, 3, 2, 2)) and not is_one([PIXELS])
