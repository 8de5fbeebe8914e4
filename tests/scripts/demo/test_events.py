"""What the page's events answer, and that a refused or failed job leaves no file."""

import shutil

import pytest
import torch

pytest.importorskip("gradio", reason="needs gradio, of requirements-demo.txt")

import gradio as gr

from scripts.demo.desk import Desk
from scripts.demo.events import Events, in_a_sentence
from scripts.demo.limits import Limits
from scripts.demo.models import Models
from tests.helpers.models import model
from tests.helpers.python import moving_film

ME = gr.Request(session_hash="me")


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "results").mkdir()
    return Desk(tmp_path / "results")


@pytest.fixture
def events(tmp_path, desk):
    model(tmp_path / "runs" / "tiny")
    models = Models({"checkpoints_dir": str(tmp_path / "runs")}, torch.device("cpu"))
    return Events(models, Limits(mb=1, seconds=1, frames=6, side=64), desk)


@pytest.fixture
def film(tmp_path):
    return moving_film(tmp_path / "me.mp4")


def translate(events, path, name="tiny", told=None):
    return events.translate(
        str(path), name, 3, 1.0, ME, progress=lambda at, **_: told.append(at) if told is not None else 0
    )


def left(desk):
    return list(desk.folder.iterdir())


def test_a_translation_tells_its_progress_and_leaves_its_result(events, film, desk):
    told = []
    value = translate(events, film, told=told)
    assert told == [0, (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert value["distance"] == [0, 1, 2, 0, 1] and len(left(desk)) == 1 and film.exists()


def test_a_refused_video_is_removed(events, tmp_path, desk):
    for act in (lambda path: events.take(str(path), ME), lambda path: translate(events, path)):
        path = moving_film(tmp_path / "long.mp4", count=7)
        with pytest.raises(gr.Error, match="this video has 7 frames, and the page takes at most 1 MB, 1 s, 6 frames"):
            act(path)
        assert not path.exists() and not left(desk)


def test_a_job_that_fails_leaves_no_result_and_another_model_can_be_tried(events, film, desk, tmp_path):
    shutil.copytree(tmp_path / "runs" / "tiny", tmp_path / "runs" / "broken")
    (tmp_path / "runs" / "broken" / "teacher.pth").write_text("no weights")
    events.take(str(film), ME)
    with pytest.raises(gr.Error, match=r"teacher\.pth"):
        translate(events, film, "broken")
    assert film.exists() and not left(desk)
    translate(events, film)
    assert len(left(desk)) == 1


def test_a_video_that_breaks_off_is_told_by_its_name(events, film, desk):
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.raises(gr.Error, match=r"me\.mp4") as told:
        translate(events, film)
    assert str(film) not in str(told.value) and not left(desk)


def test_a_closed_page_ends_its_job_and_leaves_nothing(events, film, desk):
    events.take(str(film), ME)

    def close(at, **_):
        if at == (2, 5):
            events.leave(ME)

    with pytest.raises(gr.Error, match="the page was closed"):
        events.translate(str(film), "tiny", 3, 1.0, ME, progress=close)
    assert not film.exists() and not left(desk)


def test_the_sliders_follow_the_model(events):
    assert events.refresh("tiny") == (3, 1.0)
    with pytest.raises(gr.Error, match="--model none: no such model"):
        events.refresh("none")


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("[enforce fail] can't allocate memory")])
def test_too_little_memory_is_one_sentence(error):
    with pytest.raises(gr.Error, match="out of memory: a smaller video takes less"), in_a_sentence():
        raise error


def test_what_a_user_cannot_fix_is_no_sentence():
    with pytest.raises(RuntimeError, match="a bug"), in_a_sentence():
        raise RuntimeError("a bug")


def test_markup_in_a_message_is_shown_as_it_is():
    with pytest.raises(gr.Error, match="&lt;b&gt; a &amp; b"), in_a_sentence():
        raise ValueError("<b>\n a & b")
