"""The report page in a real browser, opened from disk."""

import numpy as np
import pytest

from tests.helpers.browser import Browser
from tests.helpers.page_view import (
    DIFFERENCE,
    DISPLACEMENT,
    INPUT,
    MASK,
    colour,
    pictures,
    set_to,
    show,
    themed,
    wait_for,
)
from tests.helpers.pages import ERROR, FPS, FRAMES, TEACHER, UNEVEN, finished_run, level, psnr
from util.report.colours import mask_colours, wheel_colours
from util.report.page import write_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return write_page(finished_run(tmp_path_factory.mktemp("run"), inside=("a",)))


@pytest.fixture
def opened(browser, page):
    """The browser, showing the first frame of the first clip; the page must have complained of nothing in the end."""
    show(browser, page)
    yield browser
    assert browser.errors == []


def test_stepping_shows_every_frame_in_all_panels(opened):
    for number in range(FRAMES):
        wait_for(opened, number)
        off = ERROR * (number % 3)
        expected = [level(number), TEACHER, TEACHER + off, 8 * off]
        expected += [level(number), 250 - level(number)]
        # A step of one level in the video is 8 in the difference.
        np.testing.assert_allclose(pictures(opened), expected, atol=9)
        opened.press("ArrowRight")
    wait_for(opened, FRAMES - 1)
    opened.press("ArrowLeft")
    wait_for(opened, FRAMES - 2)


def test_every_frame_of_a_variable_rate_is_found(browser, tmp_path):
    show(browser, write_page(finished_run(tmp_path, names=("a",), times=UNEVEN)))
    for number in range(FRAMES):
        wait_for(browser, number)
        assert f" · {float(UNEVEN[number]):.2f} s · " in browser.run("readout.textContent")
        assert colour(browser, INPUT) == pytest.approx(level(number), abs=4)
        browser.press("ArrowRight")
    browser.press("Home")
    wait_for(browser, 0)
    browser.press(" ")
    browser.wait("at('video').paused && at('readout').textContent.startsWith('frame 5 ')")


def test_the_difference_is_scaled_as_asked(opened):
    opened.press("ArrowRight")
    wait_for(opened, 1)
    set_to(opened, "scale", 20)
    for difference in (DIFFERENCE, ".crops figure:nth-child(3) canvas"):
        assert colour(opened, difference) == pytest.approx(20 * ERROR, abs=21)
    assert opened.run("all('.gain').map(shown => shown.textContent)") == ["20", "20"]
    assert opened.run("at('brightest').textContent") == "13"  # 255 / 20


def test_it_plays_to_the_end_and_again(opened):
    for _ in range(2):
        opened.press(" ")
        opened.wait("!at('video').paused && at('play').textContent === 'Pause'")
        opened.wait("at('video').paused && at('play').textContent === 'Play'")
        wait_for(opened, FRAMES - 1)
        assert colour(opened, MASK) == pytest.approx(level(FRAMES - 1), abs=4)


def test_panels_are_in_step_while_they_play(opened, page):
    show(opened, page, size=(1280, 2000))  # all of them at once
    middles = f"""[...document.querySelectorAll("{INPUT}, {MASK}, {DISPLACEMENT}")].map(canvas => {{
        const box = canvas.getBoundingClientRect();
        return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
    }})"""
    places = opened.run(middles)
    seen = []
    for _ in range(10):  # on a busy machine one time through shows few pictures
        opened.press(" ")
        while not opened.run("at('video').paused"):
            picture = opened.picture()
            seen.append([float(picture[y, x].mean()) for x, y in places])
        if (different := len({round(shown[0] / 35) for shown in seen})) >= 3:
            break
    assert different >= 3  # frames were seen that differ
    for shown in seen:
        assert shown[1] == pytest.approx(shown[0], abs=5) and shown[2] == pytest.approx(250 - shown[0], abs=5)


def test_a_clip_without_a_video_of_the_inside_has_no_panels_of_it(opened):
    opened.press("]")
    wait_for(opened, 0)
    assert opened.run("at('clip').value") == "1"
    hidden = "all('canvas[data-source=inside]').map(canvas => canvas.offsetWidth === 0)"
    assert opened.run(hidden) == [True, True]
    opened.press("ArrowRight")
    wait_for(opened, 1)
    opened.press("[")
    wait_for(opened, 0)
    assert opened.run(hidden) == [False, False] and colour(opened, MASK) == pytest.approx(level(0), abs=4)


def test_keys_of_the_colours_show_what_the_videos_do(opened):
    box = opened.box(".wheel")
    centre = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    picture = opened.picture()
    for angle in np.arange(0, 2 * np.pi, 0.5):
        direction = np.array([np.cos(angle), np.sin(angle)])
        x, y = (centre + 0.6 * (box["width"] / 2 - 1) * direction).astype(int)
        place = (np.array([x, y]) + 0.5 - centre) / (box["width"] / 2 - 1)
        expected = wheel_colours(*(np.full((1, 1), value) for value in place))[0, 0]
        np.testing.assert_allclose(picture[y, x], expected, atol=30)  # places are known to a pixel
    assert opened.run("at('rim').textContent") == "2.0 px"  # 64 / 32
    box = opened.box(".ramp[style*='#440154']")
    y = int(box["y"] + box["height"] / 2)
    shown = opened.picture()[y, [int(box["x"] + 1 + share * (box["width"] - 2)) for share in (0.25, 0.5, 0.75)]]
    np.testing.assert_allclose(shown, mask_colours(np.array([[0.25, 0.5, 0.75]]))[0], atol=8)


def test_another_figure_can_be_charted(opened):
    opened.press("ArrowRight")
    wait_for(opened, 1)
    names = "all('#timeline .name').map(name => name.textContent)"
    assert opened.run(names) == ["Shortcut fixed", "reuse", "flow warp"]
    set_to(opened, "figure", 1)
    assert opened.run(names) == ["Shortcut fixed", "teacher"]  # from top to bottom
    assert opened.run("all('#timeline .axis').map(axis => axis.textContent)") == [
        f"frame, {FPS} per second",
        "flicker",
    ]
    assert "teacher 0.250 · Shortcut fixed 1.500" in opened.run("readout.textContent")


def test_a_click_on_the_chart_seeks(opened):
    box = opened.box("#timeline")
    for number in (4, 1):
        opened.click(box["x"] + opened.run(f"timeline.xOf({number})"), box["y"] + box["height"] / 2)
        wait_for(opened, number)
        assert f"Shortcut fixed {psnr(0, number):.2f}" in opened.run("readout.textContent")
        assert opened.run("at('scrubber').value") == str(number)


def test_a_worst_frame_leads_to_its_clip(opened):
    for _ in range(2):
        box = opened.box(".gallery a")
        opened.click(box["x"] + 20, box["y"] + 20)
        wait_for(opened, 5)
        assert opened.run("at('clip').value") == "1" and f"{psnr(1, 5):.2f}" in opened.run("readout.textContent")
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
    themed(browser, theme)
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
    shown = [colour(browser, ".stage", across) for across in (0.25, 0.75)]
    assert shown == pytest.approx([level(1), TEACHER + ERROR], abs=3)
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
    text = browser.run("at('failure').textContent")
    assert text.startswith("a.mp4 is there, but this browser cannot play it.")


def test_a_video_that_is_missing_is_named(browser, tmp_path):
    page = write_page(finished_run(tmp_path))
    (tmp_path / "a.mp4").unlink()
    browser.open(page, fragment="#0/0")
    browser.wait("document.getElementById('failure')?.hidden === false")
    assert browser.run("at('failure').textContent").startswith("a.mp4 is missing.")
    assert browser.run("document.querySelector('.panels').checkVisibility()") is False
    browser.press("]")  # another clip plays all the same
    wait_for(browser, 0)
    assert browser.run("document.querySelector('.panels').checkVisibility() && at('failure').hidden")
    browser.press("[")
    browser.wait("document.getElementById('failure').hidden === false")


def test_without_the_video_of_the_inside_the_others_play_on(browser, tmp_path):
    page = write_page(finished_run(tmp_path, names=("a",), inside=("a",)))
    (tmp_path / "inside" / "a.mp4").write_text("nothing")
    browser.open(page, fragment="#0/0")
    browser.wait("document.getElementById('failure')?.hidden === false")
    assert "inside/a.mp4" in browser.run("at('failure').textContent")
    browser.press("ArrowRight")
    wait_for(browser, 1)
    assert colour(browser, INPUT) == pytest.approx(level(1), abs=4)
    assert browser.run(f'document.querySelector("{MASK}").offsetWidth') == 0
