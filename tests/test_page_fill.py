import html
import json
import re
from html.parser import HTMLParser

import pytest

from tests.pages import finished_run
from tests.test_tables import RECORD
from util.page.fill import write_page
from util.tables import table

STRANGE = "</script><img src=x onerror=alert(1)>&'\"{{ 7 * 7 }}"


class Page(HTMLParser):
    """What a browser would find: the tags with their attributes, and the text outside of scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def addresses(self):
        return [a[key] for _, a in self.tags for key in ("src", "href") if key in a]


def text_of(folder):
    return write_page(folder).read_text(encoding="utf-8")


def data_of(text):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])


def test_the_page_shows_the_table_the_options_and_the_fingerprints(tmp_path):
    path = write_page(finished_run(tmp_path))
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "index.html" and html.escape(table(RECORD)) in text
    for shown in ("0123456789abcdef", "fedcba9876543210", "h_dim", "30.12 dB", "5.04×", "2.15×", "400.0 ms"):
        assert shown in text


def test_nothing_is_fetched_from_anywhere(tmp_path):
    found = Page(text_of(finished_run(tmp_path))).addresses()
    assert found and all(re.match(r"data:|#\d+/\d+$", address) for address in found)


def test_scripts_get_every_frame_of_every_clip(tmp_path):
    data = data_of(text_of(finished_run(tmp_path)))
    assert [(clip["name"], clip["video"], len(clip["distance"])) for clip in data["clips"]] == [
        ("a", "a.mp4", 6),
        ("b", "b.mp4", 6),
    ]
    assert [one["name"] for one in data["series"]] == ["shortcut", "reuse", "flow warp"]
    lowest = min(clip["psnr"]["flow_warp"][5] for clip in data["clips"])
    assert data["psnr_ticks"][0] <= lowest and data["psnr_ticks"][-1] < 100  # exact frames do not stretch the scale


def test_the_gallery_leads_to_its_frames(tmp_path):
    page = Page(text_of(finished_run(tmp_path)))
    assert [a["href"] for tag, a in page.tags if tag == "a"] == ["#1/5", "#1/2", "#0/5", "#0/2"]


def test_the_stages_of_a_skipped_frame_fill_their_share_of_the_teacher(tmp_path):
    tags = Page(text_of(finished_run(tmp_path))).tags
    widths = [float(re.search(r"[\d.]+", a["style"])[0]) for tag, a in tags if tag == "span" and "style" in a]
    macs = RECORD["cost"]["macs"]
    assert sum(widths[:3]) == pytest.approx(100, abs=0.05)
    assert sum(widths[3:]) == pytest.approx(100 * macs["skipped"] / macs["teacher"], abs=0.05)


def test_text_from_outside_stays_text(tmp_path):
    clip = STRANGE.replace("/", "_")
    text = text_of(finished_run(tmp_path / "strange", names=(clip,), name=STRANGE, dataroot="x"))
    page = Page(text)
    plain = Page(text_of(finished_run(tmp_path / "plain", names=("a",), dataroot="x")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.text.count(STRANGE) == 3  # title, heading, table of options
    assert page.text.count(clip) == 3  # choice of clips, two worst frames
    assert data_of(text)["clips"][0]["name"] == clip


def test_without_a_teacher_two_panels_and_no_quality_are_shown(tmp_path):
    text = text_of(finished_run(tmp_path, compare=False))
    captions = re.findall("<figcaption>(.*?)</figcaption>", text)
    assert captions == ["input", "Shortcut"]
    for absent in ("Worst frames", "Quality per distance", 'id="difference"', 'id="timeline"'):
        assert absent not in text
    assert data_of(text)["series"] == [] and "Cost of a frame" in text


def test_a_run_of_exact_frames_only_has_no_charts_of_quality(tmp_path):
    folder = finished_run(tmp_path)
    rows = (folder / "frames.csv").read_text().splitlines()
    exact = [rows[0], *(re.sub(r"^(\w,\d+),\d", r"\1,0", row) for row in rows[1:])]
    (folder / "frames.csv").write_text("\n".join(exact) + "\n")
    text = text_of(folder)
    assert 'id="timeline"' not in text and "Worst frames" not in text


def test_a_page_that_cannot_be_made_leaves_none(tmp_path):
    (finished_run(tmp_path) / "a.mp4").unlink()
    with pytest.raises(FileNotFoundError, match="a.mp4"):
        write_page(tmp_path)
    assert not list(tmp_path.glob("index.html*"))
