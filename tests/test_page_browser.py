"""The report page in a real browser, opened from disk."""

import numpy as np
import pytest

from tests.browser import CHROMIUM, Browser
from tests.pages import ERROR, FRAMES, TEACHER, finished_run, level, psnr
from util.page.fill import write_page

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium on the PATH, which the distribution's package of that name installs"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return write_page(finished_run(tmp_path_factory.mktemp("run")))


@pytest.fixture
def opened(browser, page):
    """The browser, showing the first frame of the first clip; the page must have complained of nothing in the end."""
    show(browser, page)
    yield browser
    assert browser.errors == []


def show(browser, page, **more):
    browser.errors.clear()
    browser.open(page, **more)
    wait_for(browser, 0)


def wait_for(browser, number):
    browser.wait(f"document.getElementById('readout')?.textContent.startsWith('frame {number} ')")


def colour(browser, selector):
    """Mean grey of the middle of an element as it is shown."""
    box = browser.box(selector)
    x, y = int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2)
    return browser.picture()[y - 5 : y + 5, x - 5 : x + 5].mean()


def panel(number):
    return f".panels figure:nth-child({number}) canvas"


def test_stepping_shows_every_frame_in_all_panels(opened):
    for number in range(FRAMES):
        wait_for(opened, number)
        off = ERROR * (number % 3)
        expected = [level(number), TEACHER, TEACHER + off, 8 * off]
        shown = [colour(opened, panel(column)) for column in (1, 2, 3, 4)]
        np.testing.assert_allclose(shown, expected, atol=9)  # a step of one level in the video is 8 in the difference
        opened.press("ArrowRight")
    wait_for(opened, FRAMES - 1)
    opened.press("ArrowLeft")
    wait_for(opened, FRAMES - 2)


def test_the_difference_is_scaled_as_asked(opened):
    opened.press("ArrowRight")
    wait_for(opened, 1)
    opened.run("at('scale').value = 20; at('scale').dispatchEvent(new Event('input'))")
    assert colour(opened, "#difference") == pytest.approx(20 * ERROR, abs=21)
    assert opened.run("at('scale-shown').textContent") == "20"


def test_it_plays_to_the_end_and_again(opened):
    for _ in range(2):
        opened.press(" ")
        opened.wait("!at('video').paused && at('play').textContent === 'Pause'")
        opened.wait("at('video').paused && at('play').textContent === 'Play'")
        wait_for(opened, FRAMES - 1)


def test_a_click_on_the_chart_seeks(opened):
    box = opened.box("#timeline")
    for share, number in ((0.8, 4), (0.2, 1)):
        opened.click(box["x"] + 34 + share * (box["width"] - 44), box["y"] + box["height"] / 2)
        wait_for(opened, number)
        assert f"shortcut {psnr(0, number):.2f} dB" in opened.run("readout.textContent")
        assert opened.run("at('scrubber').value") == str(number)


def test_a_worst_frame_leads_to_its_clip(opened):
    for _ in range(2):
        box = opened.box(".gallery a")
        opened.click(box["x"] + 20, box["y"] + 20)
        wait_for(opened, 5)
        assert opened.run("at('clip').value") == "1" and f"{psnr(1, 5):.2f} dB" in opened.run("readout.textContent")
        opened.press("Home")
        wait_for(opened, 0)


def test_keys_go_to_the_ends_and_to_other_clips(opened):
    opened.press("End")
    wait_for(opened, FRAMES - 1)
    opened.press("]")
    wait_for(opened, 0)
    assert opened.run("at('clip').selectedOptions[0].textContent") == "b"


def test_an_address_names_a_frame(opened, page):
    for blank in ("about:blank", page.as_uri()):  # opened with it, and changed to it
        opened.call("Page.navigate", url=blank)
        opened.call("Page.navigate", url=f"{page.as_uri()}#1/4")
        wait_for(opened, 4)
        assert opened.run("at('clip').value") == "1"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_follows_the_theme_and_fits_a_phone(browser, page, theme):
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    show(browser, page, size=(360, 740))
    picture = browser.picture()
    background = picture[:, :4].mean()
    assert (background > 240) if theme == "light" else (background < 30)
    assert picture.std() > 10  # something is drawn
    assert browser.run("document.documentElement.scrollWidth") <= 360 and not browser.errors


def test_without_a_teacher_it_plays_two_panels(browser, tmp_path):
    show(browser, write_page(finished_run(tmp_path, compare=False)))
    browser.press("ArrowRight")
    wait_for(browser, 1)
    assert [colour(browser, panel(n)) for n in (1, 2)] == pytest.approx([level(1), TEACHER + ERROR], abs=3)
    assert not browser.errors


def test_a_strange_name_is_shown_and_played(browser, tmp_path):
    name = "<img src=x onerror=alert(1)> 50% #1?&quot;"
    show(browser, write_page(finished_run(tmp_path, names=(name,), name="</script><b>")))
    assert browser.run("at('clip').selectedOptions[0].textContent") == name
    assert browser.run("document.querySelector('h1').textContent") == "</script><b>" and not browser.errors


def test_a_video_that_cannot_be_played_is_named(browser, tmp_path):
    page = write_page(finished_run(tmp_path, names=("a",)))
    (tmp_path / "a.mp4").write_text("nothing")
    browser.open(page)
    browser.wait("document.getElementById('failure')?.hidden === false")
    assert "a.mp4" in browser.run("at('failure').textContent")
