"""The live page in a real browser: a video is uploaded, and its translation plays."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.helpers.browser import Browser
from tests.helpers.models import model
from tests.helpers.python import moving_film
from tests.helpers.runs import CPU, ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(importlib.util.find_spec("gradio") is None, reason="needs gradio, of requirements-demo.txt"),
]
FRAMES = 5
PATIENCE_S = 120  # of a busy machine
TOAST = "[...document.querySelectorAll('.toast-body')].map(toast => toast.innerText).join(' ')"


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    """Where the page keeps its files."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def address(tmp_path_factory, temporary):
    """Of a page with a tiny model, for videos of up to 6 frames; it ends as a user ends it, and leaves nothing."""
    folder = tmp_path_factory.mktemp("page")
    runs = model(folder / "runs" / "tiny", threshold=50).parent  # after 4 frames
    flags = ["--checkpoints_dir", runs, "--model", "tiny", "--max_frames", FRAMES + 1, *CPU]
    env = {**os.environ, "PYTHON": sys.executable, "OMP_NUM_THREADS": "1", "TMPDIR": str(temporary)}
    command = ["bash", ROOT / "scripts" / "demo.sh", *map(str, flags)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, cwd=folder) as page:
        yield re.match(r"(http://127\.0\.0\.1:\d+/) shows the page", page.stdout.readline())[1]
        page.send_signal(signal.SIGTERM)
        assert page.wait(30) == 0
    assert not list(temporary.glob("shortcut_v2v_*"))


@pytest.fixture
def opened(tmp_path, address):
    """The browser with the page; every test has a session of its own."""
    with Browser(tmp_path / "profile") as browser:
        browser.open(address)
        browser.wait("document.querySelector('input[type=file]') && document.querySelector('.result')", PATIENCE_S)
        browser.wait("document.querySelector('input[type=range]')?.value === '4'", PATIENCE_S)  # the model's interval
        yield browser
    assert browser.errors == []


def upload(browser, path):
    browser.upload("input[type=file]", path)


def translate(browser):
    press = "[...document.querySelectorAll('button')].find(one => one.textContent.trim() === 'Translate').click()"
    browser.run(press)


def wait_for_frame(browser, number):
    condition = f"document.querySelector('.readout').textContent.startsWith('frame {number} of {FRAMES} ')"
    browser.wait(condition, PATIENCE_S)


def files(temporary):
    return sorted(path.suffix for path in temporary.rglob("*") if path.is_file())


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def drawn(browser, panel):
    """How much the pixels of a panel differ from each other: the standard deviation of red, in levels."""
    return browser.run(f"""(() => {{
        const canvas = document.querySelectorAll('.panels canvas')[{panel}];
        const {{ data }} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const red = data.filter((_, k) => k % 4 === 0), mean = red.reduce((a, b) => a + b, 0) / red.length;
        return Math.sqrt([...red].reduce((sum, x) => sum + (x - mean) ** 2, 0) / red.length);
    }})()""")


def test_an_uploaded_video_is_translated_and_its_result_plays(opened, tmp_path, temporary):
    upload(opened, moving_film(tmp_path / "me.mp4", FRAMES))
    opened.wait("document.querySelector('video[src*=me]')", PATIENCE_S)
    translate(opened)
    wait_for_frame(opened, 1)
    tiles = opened.run("[...document.querySelectorAll('.tile')].map(tile => tile.textContent)")
    patterns = [r"\d fps", r"\d%of MACs saved", r"\d\d\.\d dB", r"40%reference frames, 2 of 5"]
    assert all(re.search(pattern, tile) for pattern, tile in zip(patterns, tiles, strict=True)), tiles
    assert [opened.run(f"document.querySelectorAll('.panels canvas')[{n}].width") for n in range(3)] == [48] * 3
    assert all(drawn(opened, panel) > 5 for panel in range(3))
    opened.run("document.querySelector('.forward').click()")
    wait_for_frame(opened, 2)
    assert "predicted from 1 frame before" in opened.run("document.querySelector('.readout').textContent")
    opened.run("document.querySelector('.play').click()")
    wait_for_frame(opened, FRAMES)
    box = opened.box(".panels .wipe")
    opened.click(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    wiped = float(opened.run("document.querySelector('.panels').style.getPropertyValue('--wipe')").rstrip("%"))
    assert wiped == pytest.approx(75, abs=5)
    assert files(temporary) == [".mp4", ".mp4"]  # upload and result
    opened.call("Page.navigate", url="about:blank")
    wait_until(lambda: not files(temporary))


def test_a_video_that_is_too_long_is_refused_and_removed(opened, tmp_path, temporary):
    upload(opened, moving_film(tmp_path / "long.mp4", FRAMES + 2))
    opened.wait(f"{TOAST}.includes('this video has 7 frames, and the page takes at most')", PATIENCE_S)
    opened.wait("document.querySelector('input[type=file]')", PATIENCE_S)  # there is room for another one
    wait_until(lambda: not files(temporary))
    translate(opened)
    opened.wait(f"{TOAST}.includes('There is no video yet')", PATIENCE_S)


def test_what_is_no_video_is_named_and_removed(opened, tmp_path, temporary):
    (tmp_path / "text.mp4").write_text("no film")
    upload(opened, tmp_path / "text.mp4")
    opened.wait(f"{TOAST}.includes('text.mp4')", PATIENCE_S)
    assert str(temporary) not in opened.run(TOAST)
    wait_until(lambda: not files(temporary))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_follows_the_theme_and_fits_a_phone(opened, address, theme):
    opened.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    opened.open(address, size=(390, 844))
    opened.wait("document.querySelector('.message')?.offsetWidth", PATIENCE_S)
    background = opened.picture()[:, :4].mean()
    assert (background > 240) if theme == "light" else (background < 30)
    assert opened.run("document.documentElement.scrollWidth") <= 390
