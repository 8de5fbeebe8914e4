"""What one word names, translated without a command line."""

import numpy as np
import pytest

from data.jobs.run import Form
from data.jobs.whole import pictures_of, translate_whole
from data.video.film import decode
from tests.helpers.python import moving_film


def negative():
    return lambda picture: 255 - picture


def test_pictures_of_an_input_or_of_frames(tmp_path):
    film = moving_film(tmp_path / "a.mp4")
    assert [picture.shape for picture in pictures_of(film, (24, 16))] == [(16, 24, 3)] * 5
    assert next(pictures_of(iter(["frame"]), None)) == "frame"
    moving_film(tmp_path / "b.mp4")
    with pytest.raises(ValueError, match="holds 2 videos"):
        next(pictures_of(str(tmp_path), None))


def test_each_input_becomes_an_output_which_is_kept(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        moving_film(tmp_path / name)
    calls = []

    def begin():
        calls.append(1)
        return negative()

    made = [translate_whole(str(tmp_path), str(tmp_path / "out"), Form("ffv1"), {}, begin) for _ in range(2)]
    assert made[0] == made[1] == [tmp_path / "out" / "a.mkv", tmp_path / "out" / "b.mkv"] and len(calls) == 2
    assert np.array_equal(next(decode(made[0][0])), 255 - next(decode(tmp_path / "a.mp4")))
    translate_whole(str(tmp_path), str(tmp_path / "out"), Form("ffv1"), {"model": "other"}, begin, overwrite=True)
    assert len(calls) == 4


@pytest.mark.parametrize(("out", "codec", "told"), [("o.mp4", "divx", "h264.*got 'divx'"), ("-", "h264", "a file or")])
def test_refused(tmp_path, out, codec, told):
    with pytest.raises(ValueError, match=told):
        translate_whole(str(moving_film(tmp_path / "a.mp4")), out, Form(codec), {}, negative)
