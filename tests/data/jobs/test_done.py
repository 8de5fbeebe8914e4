"""What counts as finished, and that nothing is left half-written."""

import os

import pytest

from data.jobs.done import is_done, replacing_output, request_of
from data.jobs.inputs import Input
from data.jobs.outputs import new_jobs, prepare

SETTINGS = {"teacher": "1", "flags": {"codec": "h264", "size": None}}


def source(path, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return Input(path.stem, str(path), lambda: None, (path,), **more)


@pytest.fixture
def job(tmp_path):
    return new_jobs([source(tmp_path / "in" / "a.avi")], str(tmp_path / "out"), "h264")[0]


def finish(job, content=b"film"):
    request = request_of(job, SETTINGS)
    prepare([job], [], False)
    with replacing_output(job, request) as path:
        path.write_bytes(content)
    return request


def test_a_finished_output_is_known_by_input_settings_and_itself(job):
    request = finish(job)
    assert is_done(job, request_of(job, SETTINGS))
    assert not is_done(job, request_of(job, {**SETTINGS, "teacher": "2"}))
    job.output.write_bytes(b"another film")
    assert not is_done(job, request)
    finish(job)
    os.utime(job.input.files[0], ns=(1, 1))
    assert not is_done(job, request_of(job, SETTINGS))


def test_a_kill_between_record_and_film_does_not_count_as_done(job):
    """The record of a new film is there, and the old film, too."""
    finish(job, b"old")
    old = job.output.read_bytes()
    request = finish(job, b"a new one")
    job.output.write_bytes(old)
    assert not is_done(job, request)
    job.output.unlink()
    assert not is_done(job, request)


def test_a_live_input_is_never_done(tmp_path):
    [job] = new_jobs([Input("camera0", "camera 0", lambda: None)], str(tmp_path / "x.mp4"), "h264")
    finish(job)
    assert not is_done(job, request_of(job, SETTINGS)) and not job.record.exists()


def test_an_error_leaves_the_older_output_and_nothing_else(job):
    finish(job, b"old")
    before = sorted(path.name for path in job.output.parent.iterdir())
    with pytest.raises(OSError, match="disk full"):
        with replacing_output(job, request_of(job, SETTINGS)) as path:
            path.write_bytes(b"half")
            raise OSError("disk full")
    assert job.output.read_bytes() == b"old" and sorted(p.name for p in job.output.parent.iterdir()) == before


def test_two_processes_never_write_one_output(job):
    prepare([job], [], False)
    with replacing_output(job, request_of(job, SETTINGS)) as path:
        path.write_bytes(b"film")
        with pytest.raises(BlockingIOError, match=r"another process is writing .*a\.mp4"):
            finish(job)
    assert sorted(p.name for p in job.output.parent.iterdir()) == [".a.mp4.json", "a.mp4"]


def test_what_a_killed_run_left_is_taken_away(job):
    prepare([job], [], False)
    left = job.output.with_name(job.output.name + ".partial")
    left.mkdir()
    (left / "00000001.png").touch()
    finish(job)
    assert job.output.read_bytes() == b"film" and not left.exists()
