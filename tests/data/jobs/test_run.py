"""Read, translated and written at the same time; errors anywhere end the job and leave nothing."""

import threading
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from data.jobs.done import is_done, request_of
from data.jobs.inputs import Reading, find_inputs
from data.jobs.outputs import new_jobs, prepare
from data.jobs.run import Form, run_job
from data.video import Video
from tests.helpers.sound_films import film, sound


def inverted(picture):
    return 255 - picture


def run(source, out, form=None, translate=inverted, how=None):
    """Translate one input; returns (job, number of frames, notes)."""
    form = form or Form("h264")
    [one] = find_inputs(str(source), str, how or Reading())
    [job] = new_jobs([one], str(out), form.codec)
    prepare([job], [], False)
    done = []
    count, notes = run_job(job, one.open(), translate, form, request_of(job, {}), lambda: done.append(1))
    assert len(done) == count
    return job, count, notes


def test_a_film_keeps_times_size_and_sound(tmp_path):
    source = film(tmp_path / "a.mp4", times=[0, 1, 2, 30, 31])
    job, count, notes = run(source, tmp_path / "out")
    before, after = (list(Video(path).frames()) for path in (source, job.output))
    assert count == 5 and notes == [] and [f.time for f in before] == [f.time for f in after]
    assert sound(source) == sound(job.output) and Video(job.output).size == Video(source).size
    for old, new in zip(before, after, strict=True):
        assert np.abs(inverted(old.image).astype(int) - new.image).max() <= 3
    assert is_done(job, request_of(job, {}))


def test_reading_translating_and_writing_run_in_three_threads(tmp_path):
    readers, translators = set(), set()
    source = film(tmp_path / "a.mp4")
    [one] = find_inputs(str(source), str, Reading())
    [job] = new_jobs([one], str(tmp_path / "b.mp4"), "h264")
    video = one.open()
    read = video.frames

    def frames():
        for frame in read():
            readers.add(threading.current_thread())
            yield frame

    def translate(picture):
        translators.add(threading.current_thread())
        return picture

    video.frames = frames
    run_job(job, video, translate, Form("h264"), {}, lambda: None)
    assert translators == {threading.main_thread()} and len(readers) == 1 and not readers & translators


def test_side_by_side_size_and_the_first_frames_alone(tmp_path):
    form = Form("h264", size=(32, 24), side_by_side=True, max_frames=4)
    job, count, _ = run(film(tmp_path / "a.mp4", times=range(50)), tmp_path / "out", form)
    frames = list(Video(job.output).frames())
    assert count == len(frames) == 4 and frames[0].image.shape == (24, 64, 3)
    assert np.abs(frames[1].image[:, :32].astype(int) + frames[1].image[:, 32:] - 255).max() <= 8
    assert max(time for time, _ in sound(job.output)) < 4 / 25


def test_a_sequence_becomes_a_film_and_a_film_a_sequence(tmp_path, write_frames):
    write_frames(tmp_path / "clip", ["1.png", "2.png", "3.png"])
    job, count, _ = run(tmp_path / "clip", tmp_path / "out", how=Reading(fps=Fraction(12)))
    assert count == 3 and Video(job.output).rate == 12
    job, count, notes = run(film(tmp_path / "a.mp4", times=[0, 1, 9]), tmp_path / "png", Form("png"))
    written = sorted(job.output.iterdir())
    assert [path.name for path in written] == ["00000001.png", "00000002.png", "00000003.png"]
    assert np.abs(np.asarray(Image.open(written[1])).astype(int) - 235).max() <= 3
    assert notes == ["its frames are not evenly spaced, and png keeps no times"]


def test_a_picture_becomes_a_picture(tmp_path, write_frames):
    [source] = write_frames(tmp_path, ["a.png"], (20, 10))
    for out in (tmp_path / "x.png", tmp_path / "x.jpg"):
        job, count, _ = run(source, out)
        made = np.asarray(Image.open(job.output)).astype(int)
        assert count == 1 and np.abs(made - inverted(np.asarray(Image.open(source)))).max() <= 16


def test_odd_sides_are_told_where_the_codec_needs_even_ones(tmp_path, write_frames):
    write_frames(tmp_path / "clip", ["1.png"], (33, 17))
    assert run(tmp_path / "clip", tmp_path / "out")[2] == ["h264 needs even sides: 33 x 17 is written as 34 x 18"]
    assert run(tmp_path / "clip", tmp_path / "vp9", Form("vp9"))[2] == []


def fails(picture):
    raise ValueError("out of memory")


def shrinks(picture):
    return picture[:-2]


@pytest.mark.parametrize("where", ["reading", "translating", "writing"])
def test_an_error_anywhere_leaves_nothing_and_no_thread(where, tmp_path):
    source, before = film(tmp_path / "a.mp4", times=range(40)), set(threading.enumerate())
    if where == "reading":
        data = bytearray(source.read_bytes())
        data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
        source.write_bytes(data)
    translate = {"reading": inverted, "translating": fails, "writing": shrinks}[where]
    with pytest.raises((ValueError, OSError)):
        run(source, tmp_path / "out" / "b.mp4", translate=translate)
    assert not list((tmp_path / "out").iterdir())
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before


def test_an_interrupt_leaves_nothing(tmp_path):
    def interrupted(picture):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(film(tmp_path / "a.mp4", times=range(40)), tmp_path / "out" / "b.mp4", translate=interrupted)
    assert not list((tmp_path / "out").iterdir())
