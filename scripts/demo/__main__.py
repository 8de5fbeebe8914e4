"""Open the live page: `bash scripts/demo.sh`."""

import importlib.util
import os
import sys
import tempfile
import time
from pathlib import Path

from options.demo_options import OF_A_MODEL, DemoOptions
from options.record import Options
from scripts.demo.desk import Desk
from scripts.demo.limits import MB, Limits
from scripts.demo.models import Models
from util import runtime
from util.runtime import finish
from util.signals import stop_signals


def main(opt: Options) -> int:
    """Serve the page until a signal ends it; nothing of what was uploaded or made is left."""
    if importlib.util.find_spec("gradio") is None:
        raise ValueError(f"the page needs gradio: {sys.executable} -m pip install -r requirements-demo.txt")
    device = runtime.prepare(0, opt.gpu_ids)
    models = Models({name: vars(opt)[name] for name in OF_A_MODEL}, device)
    models.load(opt.model)  # an error is told here rather than on the page
    with tempfile.TemporaryDirectory(prefix="shortcut_v2v_") as folder, stop_signals() as received:
        serve(opt, models, Path(folder), received)
    return 0


def serve(opt: Options, models: Models, folder: Path, received: list[int]) -> None:
    """Show the page, with its files in `folder`, until there is a signal."""
    os.environ |= {"GRADIO_TEMP_DIR": str(folder / "uploads"), "GRADIO_ANALYTICS_ENABLED": "False"}
    from scripts.demo.events import Events  # Gradio reads these two when it is imported
    from scripts.demo.page import STYLE, THEME, new_page

    limits, desk = Limits(opt.max_mb, opt.max_seconds, opt.max_frames, opt.max_side), Desk(folder / "results")
    desk.folder.mkdir()
    page = new_page(Events(models, limits, desk), limits, models.names(opt.model), opt.model)
    _, address, _ = page.launch(
        server_name="127.0.0.1",
        server_port=opt.port,
        allowed_paths=[str(desk.folder)],
        max_file_size=limits.mb * MB,
        theme=THEME,
        css=STYLE,
        footer_links=[],
        share=False,
        ssr_mode=False,
        prevent_thread_lock=True,
        quiet=True,
    )
    print(f"{address} shows the page; Ctrl-C ends it", flush=True)
    while not received:
        time.sleep(0.2)
    desk.close()
    page.close(verbose=False)


if __name__ == "__main__":
    finish("demo.sh", lambda: main(DemoOptions().parse(sys.argv[1:])))
