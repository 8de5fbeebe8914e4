import numpy as np
import pytest
from skimage.data import astronaut

from data.faces.crop import Crop, crop_around, cropped, whole_frame
from data.faces.paste import Paste, enlarged, feathered
from tests.data.faces.test_aligned import ASTRONAUT

CROP = Crop(height=100, width=200, top=24, bottom=64, left=80, right=160, scale=2.0)


def test_an_enlarged_frame_keeps_its_brightness():
    frame = np.full((5, 7, 3), 99, np.uint8)
    assert np.array_equal(enlarged(frame, 4), np.full((20, 28, 3), 99))


def test_a_crop_lands_where_it_was_cut():
    canvas = Paste(CROP, (50, 100), 4)(np.zeros((200, 400, 3), np.uint8), np.full((160, 320, 3), 200, np.uint8))
    assert (canvas[60:116, 174:306] == 200).all()
    rows, columns = np.nonzero(canvas[..., 0])
    assert (rows.min(), rows.max()) == (48, 127) and (columns.min(), columns.max()) == (160, 319)


@pytest.mark.parametrize("eye_distance_px", [24, 64, 101])
def test_a_crop_that_is_only_enlarged_leaves_no_trace(eye_distance_px):
    frame = astronaut()[:301, :403]
    crop = crop_around(ASTRONAUT, frame.shape[:2], (60, 60, 60, 60), eye_distance_px)
    canvas = enlarged(frame, 4)
    pasted = Paste(crop, frame.shape[:2], 4)(canvas, enlarged(cropped(frame, crop), 4))
    changed = np.abs(pasted.astype(float) - canvas)
    assert changed.max() > 0 and changed.mean() < 2


def test_the_whole_frame_is_replaced():
    frame = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    pasted = Paste(whole_frame((32, 48)), (32, 48), 2)(np.zeros((64, 96, 3), np.uint8), frame.repeat(2, 0).repeat(2, 1))
    assert np.array_equal(pasted, frame.repeat(2, 0).repeat(2, 1))


def test_it_fades_towards_its_edges_but_not_towards_those_of_the_frame():
    inner = feathered(CROP, (80, 160))[..., 0]
    assert inner[0].max() < 0.01 and inner[:, -1].max() < 0.01 and (inner[10:-10, 10:-10] == 1).all()
    assert (np.diff(inner[40, :11]) > 0).all()
    at_left = feathered(CROP._replace(left=0), (80, 160))[..., 0]
    assert (at_left[40, :-10] == 1).all() and at_left[0].max() < 0.01


def test_the_canvas_is_not_written_into():
    canvas = np.zeros((200, 400, 3), np.uint8)
    Paste(CROP, (50, 100), 4)(canvas, np.full((160, 320, 3), 200, np.uint8))
    assert not canvas.any()


def test_a_canvas_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"must be \[200, 400\] px, got \[50, 100\]"):
        Paste(CROP, (50, 100), 4)(np.zeros((50, 100, 3), np.uint8), np.zeros((160, 320, 3), np.uint8))
