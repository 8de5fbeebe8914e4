"""The live page: what it shows, and which event follows what."""

from pathlib import Path

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
INTRODUCTION = """# Shortcut-V2V, live
A teacher translates every frame. Its Shortcut runs the whole teacher on reference frames only, and predicts the frames
between them."""
ABOUT_INTERVAL = "A reference frame comes after this many frames at the latest."
ABOUT_THRESHOLD = (
    f"It comes earlier where the picture has drifted by this much; {LARGEST_THRESHOLD:g}: on scene cuts only."
)
WEBCAM = {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 15}}  # else all that it can
HEAVY = {"concurrency_id": "heavy", "concurrency_limit": 1}  # one at a time, whoever asks
PRIVATE = {"api_visibility": "private"}


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
                video = gr.Video(
                    label="Your video",
                    sources=["upload", "webcam"],
                    webcam_options=gr.WebcamOptions(mirror=False, constraints={"video": WEBCAM}),
                    height=300,
                )
                gr.Markdown(f"At most {limits}.")
                model = gr.Dropdown(models, value=chosen, label="Model")
                interval = gr.Slider(1, LONGEST_INTERVAL, 3, step=1, label="Interval", info=ABOUT_INTERVAL)
                threshold = gr.Slider(
                    0.01, LARGEST_THRESHOLD, LARGEST_THRESHOLD, step=0.01, label="Threshold", info=ABOUT_THRESHOLD
                )
                start = gr.Button("Translate", variant="primary")
            with gr.Column(scale=5, min_width=320):
                result = new_player()
        taken = video.change(events.take, video, None, show_progress="hidden", **PRIVATE)
        taken.failure(lambda: None, None, video, **PRIVATE)
        gr.on([page.load, model.change], events.refresh, model, [interval, threshold], **HEAVY, **PRIVATE)
        start.click(events.translate, [video, model, interval, threshold], result, **HEAVY, **PRIVATE)
        page.unload(events.leave)
    return page.queue(max_size=16)


def new_player() -> gr.HTML:
    """The place of the result: three panels of one video, drawn by the player of the report page."""
    script = (TEMPLATES / "player.js").read_text() + (HERE / "player.js").read_text()
    markup, style = (HERE / "player.html").read_text(), (HERE / "player.css").read_text()
    return gr.HTML(html_template=markup, css_template=style, js_on_load=script, apply_default_css=False)
