"""What the report page's readers look for: the largest errors, a closer look, and a page that all of them can use."""

import json

import pytest

from tests.helpers.browser import Browser
from tests.helpers.page_view import CROPS, DIFFERENCE, colour, set_to, show, themed, wait_for
from tests.helpers.pages import ERROR, FPS, FRAMES, SPOT, SPOT_ERROR, TEACHER, WIDTH, finished_run
from util.report.page import write_page

pytestmark = pytest.mark.browser
NOISE = 4
SIZES = [(1280, 900), (390, 844)]
SPOT_ACROSS = (SPOT[1].start + 6) / WIDTH


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Of a run with an error at one place, noise in its videos, a verdict and changed options."""
    folder = finished_run(tmp_path_factory.mktemp("run"), inside=("a",), noise=NOISE, spot=True)
    record = json.loads((folder / "metrics.json").read_text())
    verdict = {"skipped_speedup": 0.5, "stream_speedup": 2.6, "stream_speedup_fixed": None, "psnr_over_flow_warp": -2.1}
    record |= {"verdict": {**verdict, "streams": None}, "task": "this → that", "changed": {"name": "other"}}
    (folder / "metrics.json").write_text(json.dumps(record))
    return write_page(folder)


@pytest.fixture
def opened(browser, page):
    """The browser, as it opens the page; the page must have complained of nothing in the end."""
    show(browser, page, number=5, fragment="")
    yield browser
    assert browser.errors == []


def text(browser, identity):
    return browser.run(f"at('{identity}').textContent")


def test_it_opens_on_the_worst_skipped_frame_and_its_largest_error(opened):
    assert opened.run("at('clip').value") == "1" and text(opened, "kind").endswith(
        "after its reference: the worst of this run"
    )
    assert text(opened, "crop-title") == "The largest error of this frame"
    box, view = opened.run("document.querySelector('.box').getBoundingClientRect().toJSON()"), opened.box(".view")
    assert box["left"] < view["left"] + SPOT_ACROSS * view["width"] < box["right"]
    left = opened.run("look.part('crop', 64, 48).left")
    across = (SPOT[1].start + 6 - left) / 24
    shown = [
        colour(opened, crop, across, (SPOT[0].start + 6 - opened.run("look.part('crop', 64, 48).top")) / 24)
        for crop in CROPS
    ]
    assert shown == pytest.approx([TEACHER, TEACHER + 2 * ERROR + NOISE + SPOT_ERROR, 255], abs=8)


def test_the_crop_follows_the_frames_and_says_whose_error_it_shows(opened):
    opened.press("ArrowLeft")
    wait_for(opened, 4)
    assert text(opened, "crop-title") == "Where frame 5 has its largest error"
    assert text(opened, "kind") == "Skipped frame, 1 after its reference"
    opened.run("at('worst').click()")
    wait_for(opened, 5)
    assert text(opened, "crop-title") == "The largest error of this frame"


def test_an_exact_frame_is_black_in_the_difference_whatever_compression_did(opened):
    for number, expected in ((4, 8 * (ERROR + NOISE)), (3, 0)):
        opened.press("ArrowLeft")
        wait_for(opened, number)
        assert [colour(opened, one, 0.2, 0.2) for one in (DIFFERENCE, CROPS[2])] == pytest.approx([expected] * 2, abs=9)
    assert text(opened, "kind") == "Exact frame, made by the whole teacher"
    assert opened.run("at('exact').hidden") is False


def test_the_wipe_moves_by_mouse_and_by_keys(opened):
    shortcut = TEACHER + 2 * ERROR + NOISE
    box = opened.box(".stage")
    for across, expected in ((0.8, TEACHER), (0.1, shortcut)):
        opened.click(box["x"] + across * box["width"], box["y"] + box["height"] / 2)
        assert opened.run("Number(at('wipe').value)") == pytest.approx(100 * across, abs=1)
        assert colour(opened, ".stage", 0.3, 0.3) == pytest.approx(expected, abs=4)
    opened.run("at('wipe').focus()")
    before = opened.run("Number(at('wipe').value)")
    opened.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", windowsVirtualKeyCode=39)
    assert opened.run("Number(at('wipe').value)") > before
    assert opened.run("getComputedStyle(document.querySelector('.divider')).left") != f"{before}%"
    assert text(opened, "readout").startswith("frame 5 ")  # an arrow moves the wipe, not the video


def test_zoom_enlarges_what_the_reader_looks_at(opened):
    set_to(opened, "wipe", 0)
    assert colour(opened, ".stage") < 150
    for _ in range(3):
        opened.press("+")
    assert opened.run("at('zoom').value") == "8"
    box = opened.box(".view")  # a click on the input looks there
    opened.click(box["x"] + SPOT_ACROSS * box["width"], box["y"] + 32 / 48 * box["height"])
    assert colour(opened, ".stage", 0.4) > 200 and text(opened, "crop-title") == "Enlarged"
    for _ in range(12):
        opened.press("a")  # far to the left
    assert colour(opened, ".stage", 0.4) < 150
    set_to(opened, "zoom", 1)
    assert opened.run("document.querySelector('[data-part=zoom]').width") == WIDTH


def test_speed_and_loop(opened):
    set_to(opened, "speed", 0.5)
    opened.press("]")  # keeps the speed with another clip
    opened.press("[")
    wait_for(opened, 0)
    assert opened.run("at('video').playbackRate") == 0.5
    set_to(opened, "speed", 2)
    opened.run("globalThis.ends = 0; at('video').addEventListener('ended', () => { ends++; }); at('loop').click()")
    opened.press(" ")
    opened.wait("ends >= 2")
    assert opened.run("at('loop').ariaPressed") == "true"
    opened.run("at('loop').click()")
    opened.wait("at('video').paused")
    wait_for(opened, FRAMES - 1)


def test_a_chart_shades_exact_frames_and_names_axes_and_lines(opened):
    box = opened.box("#timeline")
    x, y = ([opened.run(f"timeline.xOf({number})") for number in (3, 2)]), int(box["y"] + box["height"] / 2)
    picture = opened.picture().astype(int)
    exact, skipped = (picture[y - 40 : y + 40, int(box["x"] + at) + 3].mean() for at in x)
    assert exact < skipped - 10
    axes = opened.run("all('#timeline .axis, #distances .axis').map(axis => axis.textContent)")
    distance = "distance, frames since the one predicted from"
    assert axes == [f"frame, {FPS} per second", "PSNR dB", distance, "PSNR dB"]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_names_of_lines_stand_apart_and_within_the_chart(browser, page, size):
    show(browser, page, size=size)
    for chart in ("timeline", "distances"):
        boxes = browser.run(
            f"all('#{chart} .name').map(name => name.getBBox()).map(b => [b.x, b.y, b.width, b.height])"
        )
        assert len(boxes) == 3
        width = browser.run(f"at('{chart}').clientWidth")
        for (left, top, wide, high), (_, below, _, _) in zip(boxes, [*boxes[1:], (0, 1000, 0, 0)], strict=True):
            assert left + wide <= width and top + high <= below + 3


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_whatever_can_be_clicked_is_large_and_has_a_name(browser, page, size):
    show(browser, page, size=size)
    found = browser.run("""all('button, select, input, a, summary').map(one => [one.outerHTML.slice(0, 60),
        one.getBoundingClientRect().width, one.getBoundingClientRect().height,
        (one.ariaLabel || one.closest('label')?.textContent || one.textContent).trim()])""")
    assert len(found) > 15
    assert not [one for one in found if one[1] < 44 or one[2] < 44 or not one[3]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_background(browser, page, theme):
    themed(browser, theme)
    show(browser, page)
    weak = browser.run("""(() => {
        const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = (colour) => numbers(colour).slice(0, 3).map((c) => c / 255)
            .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (one) => {
            const colour = getComputedStyle(one).backgroundColor;
            return numbers(colour)[3] === 0 && one.parentElement ? behind(one.parentElement) : colour;
        };
        return all('body *').filter((one) => !one.closest('svg, .divider, script, style') && one.checkVisibility()
                && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
            .map((one) => [one.outerHTML.slice(0, 80), light(getComputedStyle(one).color), light(behind(one))])
            .filter(([, one, other]) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < 4.5);
    })()""")
    assert weak == []
    themed(browser, "light")


def test_on_a_phone_the_methods_are_cards_that_name_every_value(browser, page):
    show(browser, page, size=(390, 844))
    cells = browser.run("""all('.figures td').map(cell => [getComputedStyle(cell, '::before').content,
        cell.scrollWidth - cell.clientWidth, cell.getBoundingClientRect().right])""")
    assert len(cells) > 12
    for label, hidden, right in cells:
        assert label not in ('""', "none", "normal") and hidden <= 0 and right <= 390
    assert browser.run("document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth")


def test_the_verdict_is_what_a_reader_sees_first(opened):
    tiles = opened.run("all('.tile').map(tile => tile.innerText.split('\\n').slice(0, 2).join(' '))")
    assert tiles[:2] == ["2.1 dB below flow warp", "2.6x faster than its teacher on this machine"]
    assert opened.run("all('.tile')[1].getBoundingClientRect().bottom") < 900
    assert opened.run("document.querySelector('.stage').getBoundingClientRect().top") < 600
    assert opened.run("all('details').some(one => one.open)") is False
    assert opened.run("at('changed').checkVisibility()")
