"""Where translations go, and that they replace nothing."""

import pytest

from data.jobs.inputs import Input
from data.jobs.outputs import LOCK, PARTIAL, RECORD, Job, new_jobs, prepare


def source(path, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return Input(path.stem, str(path), lambda: None, (path,), **more)


@pytest.fixture
def job(tmp_path):
    return new_jobs([source(tmp_path / "in" / "a.avi")], str(tmp_path / "out"), "h264")[0]


def test_outputs_are_called_after_inputs(tmp_path):
    a, b = source(tmp_path / "a.avi"), source(tmp_path / "b.png", is_picture=True)
    out = tmp_path / "out"
    assert [job.output.name for job in new_jobs([a, b], str(out), "h264")] == ["a.mp4", "b.png"]
    assert [job.output.name for job in new_jobs([a, b], str(out), "ffv1")] == ["a.mkv", "b.png"]
    assert [job.output.name for job in new_jobs([a, b], str(out), "png")] == ["a", "b.png"]
    assert new_jobs([a], str(tmp_path / "x.mov"), "h264")[0].output == tmp_path / "x.mov"
    assert new_jobs([b], str(tmp_path / "x.jpg"), "h264")[0].output == tmp_path / "x.jpg"


def test_a_long_name_is_cut_so_that_all_names_fit(tmp_path):
    long = source(tmp_path / ("ü" * 125 + ".mp4"))
    [job] = new_jobs([long], str(tmp_path / "out"), "h264")
    prepare([job], [], False)
    for ending in (RECORD + PARTIAL, LOCK):
        job.output.with_name(f".{job.output.name}{ending}").touch()
    assert job.output.name.startswith("ü" * 100)


def test_one_output_for_several_inputs_is_refused(tmp_path):
    a, b = source(tmp_path / "a.mp4"), source(tmp_path / "b.mp4")
    for out in ("-", str(tmp_path / "x.mp4")):
        with pytest.raises(ValueError, match="takes one input, got 2: give a folder"):
            new_jobs([a, b], out, "h264")


def test_two_inputs_of_one_name_are_found_before_any_work(tmp_path):
    a, b = source(tmp_path / "1" / "a.mp4"), source(tmp_path / "2" / "a.mov")
    with pytest.raises(ValueError, match=r"one output:\n.*a\.mp4: .*1/a\.mp4, .*2/a\.mov"):
        new_jobs([a, b], str(tmp_path / "out"), "h264")
    assert not (tmp_path / "out").exists()


def test_an_input_is_never_replaced_by_its_translation(tmp_path):
    a = source(tmp_path / "a.mp4")
    for out in (tmp_path, tmp_path / "a.mp4"):
        with pytest.raises(ValueError, match="replaced by its own translation"):
            new_jobs([a], str(out), "h264")
    pictures = Input("clip", "clip", lambda: None, (source(tmp_path / "clip" / "1.png").files))
    with pytest.raises(ValueError, match="replaced by its own translation"):
        new_jobs([pictures], str(tmp_path), "png")


def test_a_suffix_that_does_not_fit_the_input_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"x\.png does not fit a film"):
        new_jobs([source(tmp_path / "a.mp4")], str(tmp_path / "x.png"), "h264")
    with pytest.raises(ValueError, match=r"x\.mp4 does not fit a picture"):
        new_jobs([source(tmp_path / "a.png", is_picture=True)], str(tmp_path / "x.mp4"), "h264")


def test_outputs_of_others_are_kept(job):
    job.output.parent.mkdir()
    job.output.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match=r"--overwrite replaces them:\n.*a\.mp4"):
        prepare([job], [job], False)
    prepare([job], [job], True)
    assert job.output.read_bytes() == b"mine"


def test_a_folder_with_other_files_is_never_replaced(tmp_path):
    [job] = new_jobs([source(tmp_path / "in" / "a.mp4")], str(tmp_path / "out"), "png")
    job.output.mkdir(parents=True)
    (job.output / "notes.txt").touch()
    with pytest.raises(FileExistsError, match="other files, such as notes.txt"):
        prepare([job], [job], True)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    jobs = [Job(source(tmp_path / "a.mp4"), tmp_path / "file" / "a.mp4")]
    with pytest.raises(OSError, match="cannot write into folder"):
        prepare(jobs, [], False)
