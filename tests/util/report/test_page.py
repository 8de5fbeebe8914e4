import html
import json
import re
from html.parser import HTMLParser

import pytest

from tests.helpers.pages import finished_run
from tests.util.report.test_text import RECORD
from util.report.page import write_page
from util.report.text import table

STRANGE = "</script><img src=x onerror=alert(1)>&'\"{{ 7 * 7 }}"


class Page(HTMLParser):
    """What a browser would find: the tags with their attributes, and the text outside of scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.source = [], "", text
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def by_class(self, tag, name):
        return next(a for found, a in self.tags if found == tag and a.get("class") == name)

    def addresses(self):
        return [a[key] for _, a in self.tags for key in ("src", "href") if key in a]


def text_of(folder):
    return write_page(folder).read_text(encoding="utf-8")


def data_of(text):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])


def test_the_page_shows_the_table_the_options_and_the_fingerprints(tmp_path):
    path = write_page(finished_run(tmp_path))
    text = path.read_text(encoding="utf-8")
    shown = table(json.loads((tmp_path / "metrics.json").read_text()))
    assert path == tmp_path / "index.html" and html.escape(shown) in text
    for shown in ("0123456789abcdef", "fedcba9876543210", "h_dim", "30.12 dB", "5.04x", "2.15x", "400.0 ms"):
        assert shown in text


def test_the_verdict_comes_first_in_words(tmp_path):
    folder = finished_run(tmp_path)
    assert "over flow warp" not in text_of(folder)  # a run from before there were verdicts
    figures = {"skipped_speedup": 0.56, "stream_speedup": 2.1, "psnr_over_flow_warp": 1.94}
    text = text_of(change(folder, verdict={**figures, "stream_speedup_fixed": None, "streams": None}))
    assert re.findall(r'class="tile[ \w]*"><strong>(.*?)</strong>', text)[:3] == ["+1.9 dB", "2.1x faster", "30.12 dB"]
    assert re.findall(r"<b>(.*?)</b><span>", text) == ["over flow warp", "than its teacher on this machine"]


def test_two_sentences_say_the_task_the_method_and_the_four_terms(tmp_path):
    text = text_of(change(finished_run(tmp_path), task="this → that"))
    lede = re.search(r'<p class="lede">(.*?)</p>', text, re.S)[1]
    assert re.findall("<b>(.*?)</b>", lede.replace("\n", " "))[:1] == ["teacher"]
    terms = [re.sub(r"\s+", " ", term) for term in re.findall("<b>(.*?)</b>", lede, re.S)]
    assert terms == ["teacher", "reference frames", "skipped frame", "Shortcut"]
    assert "Task this → that, method Shortcut-V2V:" in lede and "4 of\n    12" in lede
    assert len(re.findall(r"\.(?:\s|$)", lede)) == 2


def test_changed_options_come_first_and_the_others_are_folded(tmp_path):
    folder = finished_run(tmp_path)
    assert "Changed options" not in text_of(folder)  # a run from before they were recorded
    text = text_of(change(folder, changed={"name": "experiment_name", "h_dim": 64}))
    shown, folded = text.split('<table id="changed">')[1].split("<details>", 1)
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', shown)
    assert rows == [("name", "tiny", "experiment_name"), ("h_dim", "–", "64")]
    assert '<th scope="row">phase</th><td>test</td>' in folded and ">h_dim<" not in folded
    assert "<details open" not in text


def test_interpolation_and_matching_stand_beside_the_macs_where_there_are_any(tmp_path):
    folder = finished_run(tmp_path)
    assert "block matching" not in text_of(folder)
    cost = {**RECORD["cost"], "macs": {**RECORD["cost"]["macs"], "extra": 125_000_000}}
    assert "block matching: 0.125 G" in text_of(change(folder, cost=cost))


def test_nothing_is_fetched_from_anywhere(tmp_path):
    found = Page(text_of(finished_run(tmp_path))).addresses()
    assert len(found) > 8 and all(re.match(r"data:|#\d+/\d+$", address) for address in found)


def test_scripts_get_every_frame_of_every_clip(tmp_path):
    data = data_of(text_of(finished_run(tmp_path)))
    assert [(clip["name"], clip["video"], len(clip["distance"])) for clip in data["clips"]] == [
        ("a", "a.mp4", 6),
        ("b", "b.mp4", 6),
    ]
    assert [one["name"] for one in data["methods"]] == ["teacher", "Shortcut fixed", "reuse", "flow warp"]
    assert [figure["key"] for figure in data["figures"]] == ["psnr", "flicker"]
    ticks = data["figures"][0]["ticks"]
    lowest = min(clip["figures"]["psnr"]["flow_warp"][5] for clip in data["clips"])
    assert ticks[0] <= lowest and ticks[-1] < 100  # exact frames do not stretch the scale


def test_the_gallery_leads_to_its_frames(tmp_path):
    page = Page(text_of(finished_run(tmp_path)))
    assert [a["href"] for tag, a in page.tags if tag == "a" and "class" not in a] == ["#1/5", "#1/2", "#0/5", "#0/2"]
    assert page.by_class("a", "button")["href"] == "#1/5"
    assert len([a for tag, a in page.tags if tag == "img" and a.get("class") == "crop"]) == 4
    assert [(one["clip"], one["number"]) for one in data_of(page.source)["worst"]] == [(1, 5), (1, 2), (0, 5), (0, 2)]


def test_panels_of_the_inside_are_there_if_any_clip_has_them(tmp_path):
    without, some = text_of(finished_run(tmp_path / "a")), text_of(finished_run(tmp_path / "b", inside=("b",)))
    assert "blending mask" not in without and some.count('data-source="inside"') == 2
    assert [clip["inside"] for clip in data_of(some)["clips"]] == [None, "inside/b.mp4"]


def test_a_page_of_long_clips_stays_small(tmp_path):
    folder = finished_run(tmp_path)
    before = len(text_of(folder))
    with (folder / "frames.csv").open("a") as file:
        for number in range(6, 2006):  # all predicted from one reference
            file.write(f"b,{number},{number - 3},0,123.456,31.2345,29.8765,30.1234,1.23456,0.98765\n")
    assert len(text_of(folder)) - before < 2000 * 60  # bytes per frame


def test_the_stages_of_a_skipped_frame_fill_their_share_of_the_teacher(tmp_path):
    tags = Page(text_of(finished_run(tmp_path))).tags
    bars = [a["style"] for tag, a in tags if tag == "span" and "style" in a]
    widths = [float(re.search(r"width: ([\d.]+)%", style)[1]) for style in bars]
    macs = RECORD["cost"]["macs"]
    assert sum(widths[:3]) == pytest.approx(100, abs=0.05)
    assert sum(widths[3:]) == pytest.approx(100 * macs["skipped"] / macs["teacher"], abs=0.05)


def test_text_from_outside_stays_text(tmp_path):
    clip = STRANGE.replace("/", "_")
    text = text_of(finished_run(tmp_path / "strange", names=(clip,), inside=(clip,), name=STRANGE, dataroot=STRANGE))
    page = Page(text)
    plain = Page(text_of(finished_run(tmp_path / "plain", names=("a",), inside=("a",), dataroot="x")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.text.count(STRANGE) == 4  # title, heading, two options
    assert page.text.count(clip) == 3  # choice of clips, two worst frames
    assert data_of(text)["clips"][0]["name"] == clip


def change(folder, **changes):
    """The run with some of its record changed."""
    path = folder / "metrics.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return folder


def test_segmentation_has_a_table_per_figure_with_its_conditions(tmp_path):
    plain = finished_run(tmp_path)
    assert "Segmentation" not in text_of(plain)
    text = text_of(change(plain, teacher={"miou": {"all": 0.5, STRANGE: 0.25}, "mp": {"all": 0.75, "day": 0.125}}))
    page = Page(text)
    assert "Segmentation per condition" in page.text and STRANGE in page.text
    assert re.findall("<caption>(.*?)</caption>", text)[:2] == ["mIoU ↑", "MP ↑"]
    assert "0.2500" in page.text and "0.1250" in page.text


def test_more_methods_than_colours_can_all_be_told_apart(tmp_path):
    folder = finished_run(tmp_path)
    one = json.loads((folder / "metrics.json").read_text())["baselines"]["reuse"]
    text = text_of(change(folder, baselines={f"other_{number}": one for number in range(12)}))
    looks = {(one["colour"], one["dash"]) for one in data_of(text)["methods"]}
    names = {one["name"] for one in data_of(text)["methods"]}
    assert len(looks) == 14 and names >= {f"other {number}" for number in range(12)}


@pytest.mark.parametrize("quality", [{}, {"ssim": {"skipped": 0.9, "all": 0.95, "per_distance": {"1": 0.9}}}], ids=str)
def test_a_run_without_psnr_has_no_figures_of_it(tmp_path, quality):
    text = text_of(change(finished_run(tmp_path), quality=quality, baselines={}, teacher={}))
    for absent in ("PSNR of skipped", "Quality per distance", "Worst frames"):
        assert absent not in text


def test_without_a_teacher_two_panels_and_no_quality_are_shown(tmp_path):
    text = text_of(finished_run(tmp_path, compare=False))
    assert re.findall('<canvas role="img" aria-label="(.*?)"', text) == ["input", "Shortcut"]
    for absent in ("Worst frames", "Quality per distance", "data-minus=", 'id="timeline"', 'id="crop-title"'):
        assert absent not in text
    assert data_of(text)["methods"] == [] and "Cost of a frame" in text


def test_a_run_of_exact_frames_only_has_no_charts_of_quality(tmp_path):
    folder = finished_run(tmp_path)
    rows = (folder / "frames.csv").read_text().splitlines()
    exact = [rows[0], *(re.sub(r"^(\w,\d+),.*", r"\1,0,1,12.5,100,100,100,,", row) for row in rows[1:])]
    (folder / "frames.csv").write_text("\n".join(exact) + "\n")
    text = text_of(folder)
    assert 'id="timeline"' not in text and "Worst frames" not in text


def test_a_page_that_cannot_be_made_leaves_none(tmp_path):
    (finished_run(tmp_path) / "a.mp4").unlink()
    with pytest.raises(FileNotFoundError, match="a.mp4"):
        write_page(tmp_path)
    assert not list(tmp_path.glob("index.html*"))
