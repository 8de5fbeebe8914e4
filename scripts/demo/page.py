"""The live page: what it shows, and which event follows what."""

from pathlib import Path
from typing import NamedTuple

import gradio as gr

from scripts.demo.events import Events
from scripts.demo.limits import Limits
from scripts.demo.models import LARGEST_THRESHOLD, LONGEST_INTERVAL
from util.report.page import TEMPLATES

HERE = Path(__file__).parent
THEME = gr.themes.Default(font="system-ui", font_mono="monospace").set(  # no font is fetched from other servers
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_300",  # the theme's own is too pale to read
)
VIDEO = "your-video"
STYLE = f"#{VIDEO} video {{ max-height: 20rem; }}"  # or a tall one hides all below it
INTRODUCTION = """# Shortcut-V2V, live
A teacher translates every frame. Its Shortcut runs the whole teacher on reference frames only, and predicts the frames
between them."""
ABOUT_INTERVAL = "A reference frame comes after this many frames at the latest."
ABOUT_THRESHOLD = (
    f"It comes earlier where the picture has drifted by this much; {LARGEST_THRESHOLD:g}: on scene cuts only."
)
WEBCAM = {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 15}}  # not all that it can
HEAVY = {"concurrency_id": "heavy", "concurrency_limit": 1}  # one at a time, whoever asks
LONGEST_QUEUE = 16  # jobs
PRIVATE = {"api_visibility": "private"}


class Choices(NamedTuple):
    """What a translation depends on, in the order in which `Events.translate` takes it."""

    video: gr.Video
    model: gr.Dropdown
    interval: gr.Slider
    threshold: gr.Slider


def new_page(events: Events, limits: Limits, models: list[str], chosen: str) -> gr.Blocks:
    """The page, to be launched.

    Args:
        models: names of those to choose from.
        chosen: the one that is chosen at first.
    """
    with gr.Blocks(title="Shortcut-V2V, live", analytics_enabled=False) as page:
        gr.Markdown(INTRODUCTION)
        with gr.Row():
            with gr.Column(scale=2, min_width=320):
                choices = new_choices(limits, models, chosen)
                start = gr.Button("Translate", variant="primary")
            with gr.Column(scale=5, min_width=320):
                result = new_player()
        taken = choices.video.change(events.take, choices.video, None, show_progress="hidden", **PRIVATE)
        taken.failure(lambda: None, None, choices.video, **PRIVATE)  # what was refused is not shown
        sliders, chosen_anew = [choices.interval, choices.threshold], [page.load, choices.model.change]
        gr.on(chosen_anew, events.refresh, choices.model, sliders, **HEAVY, **PRIVATE)
        start.click(events.translate, [*choices], result, **HEAVY, **PRIVATE)
        page.unload(events.leave)
    return page.queue(max_size=LONGEST_QUEUE)


def new_choices(limits: Limits, models: list[str], chosen: str) -> Choices:
    """The left column, all but its button."""
    camera = gr.WebcamOptions(mirror=False, constraints={"video": WEBCAM})
    video = gr.Video(label="Your video", sources=["upload", "webcam"], webcam_options=camera, elem_id=VIDEO)
    gr.Markdown(f"At most {limits}.")
    return Choices(
        video,
        gr.Dropdown(models, value=chosen, label="Model"),
        gr.Slider(1, LONGEST_INTERVAL, 3, step=1, label="Interval", info=ABOUT_INTERVAL),
        gr.Slider(0.01, LARGEST_THRESHOLD, 1, step=0.01, label="Threshold", info=ABOUT_THRESHOLD),
    )


def new_player() -> gr.HTML:
    """The place of the result: three panels of one video, drawn by the player of the report page."""
    markup, style, own = ((HERE / f"player.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    script = (TEMPLATES / "player.js").read_text(encoding="utf-8") + own
    return gr.HTML(html_template=markup, css_template=style, js_on_load=script, apply_default_css=False)
