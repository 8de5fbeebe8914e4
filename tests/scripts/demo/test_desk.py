"""Temporary files stay as long as a page shows them, and no longer."""

import pytest

from scripts.demo.desk import Desk


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "results").mkdir()
    return Desk(tmp_path / "results")


@pytest.fixture
def upload(tmp_path):
    def uploaded(name):
        (tmp_path / name).write_text("a video")
        return tmp_path / name

    return uploaded


def result(desk, session):
    with desk.new_result(session) as path:
        path.write_text("a result")
    return path


def test_a_new_upload_replaces_the_one_before(desk, upload):
    first, second = upload("first"), upload("second")
    desk.show_upload("me", first)
    desk.show_upload("me", first)
    assert first.exists()
    desk.show_upload("me", second)
    assert not first.exists() and second.exists()
    desk.show_upload("me", None)
    assert not second.exists()


def test_an_upload_that_two_pages_show_stays_until_both_are_done(desk, upload):
    shared = upload("shared")
    for session in ("me", "you"):
        desk.show_upload(session, shared)
    desk.leave("me")
    assert shared.exists()
    desk.leave("you")
    assert not shared.exists()


def test_a_new_result_replaces_the_one_before(desk):
    first, other = result(desk, "me"), result(desk, "you")
    second = result(desk, "me")
    assert not first.exists() and second.exists() and other.exists()


def test_a_job_that_fails_leaves_nothing_and_the_result_before_stays(desk):
    before = result(desk, "me")
    with pytest.raises(ValueError, match="no"), desk.new_result("me") as path:
        path.write_text("half a result")
        raise ValueError("no")
    assert list(desk.folder.iterdir()) == [before]


def test_a_closed_page_leaves_nothing_and_its_job_ends(desk, upload):
    shown = upload("shown")
    desk.show_upload("me", shown)
    result(desk, "me")
    with pytest.raises(InterruptedError, match="the page was closed"), desk.new_result("me") as path:
        path.write_text("a result for nobody")
        desk.leave("me")
    assert not shown.exists() and not list(desk.folder.iterdir())


def test_all_jobs_end_with_the_program(desk):
    desk.check("me")
    desk.close()
    with pytest.raises(InterruptedError):
        desk.check("me")
