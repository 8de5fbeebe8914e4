"""What the page does when something is chosen or pressed."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import gradio as gr
from av.error import FFmpegError

from data.video.random_access import frame_rate
from scripts.demo.comparison import compare
from scripts.demo.desk import Desk
from scripts.demo.limits import Limits
from scripts.demo.models import Models, Refresh
from scripts.demo.result import shown
from util.runtime import USER_ERRORS, out_of_memory


class Events:
    """The page's events. A session is one open page."""

    def __init__(self, models: Models, limits: Limits, desk: Desk):
        self._models, self._limits, self._desk = models, limits, desk

    def take(self, video: str | None, request: gr.Request) -> None:
        """The session shows another video, or none; one beyond a limit is refused and removed."""
        path, session = Path(video) if video else None, str(request.session_hash)
        self._desk.show_upload(session, path)
        if path is not None:
            with in_a_sentence(path), self._removing_refused(session):
                self._limits.check(path)

    def refresh(self, name: str) -> Refresh:
        """What the sliders show for a model."""
        with in_a_sentence():
            return self._models.refresh(name)

    def translate(
        self,
        video: str | None,
        name: str,
        interval: int,
        threshold: float,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008  (Gradio finds it by its default)
    ) -> dict[str, object]:
        """The result of a video, for the player."""
        if video is None:
            raise gr.Error("There is no video yet: upload one or record one.", print_exception=False)
        path, session = Path(video), str(request.session_hash)
        with in_a_sentence(path):
            self._desk.show_upload(session, path)
            with self._removing_refused(session):
                frames, rate = self._limits.check(path), frame_rate(path)
            progress(0, desc="loading the model")
            model = self._models.load(name, Refresh(int(interval), threshold))

            def done(count: int) -> None:
                self._desk.check(session)
                progress((count, len(frames)), desc="translating", unit="frames")

            with self._desk.new_result(session) as result:
                return shown(compare(frames.video, rate, model, result, done), rate, result)

    def leave(self, request: gr.Request) -> None:
        """The session is over."""
        self._desk.leave(str(request.session_hash))

    @contextmanager
    def _removing_refused(self, session: str) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._desk.show_upload(session, None)
            raise


@contextmanager
def in_a_sentence(path: Path | None = None) -> Iterator[None]:
    """Turn an error that the user can fix into one for the page; the user knows the file at `path` by its name."""
    try:
        yield
    except (*USER_ERRORS, FFmpegError, RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError | MemoryError) and not out_of_memory(error):
            raise
        text = str(error) if not out_of_memory(error) else "out of memory: a smaller video takes less"
        known = text.replace(str(path), path.name) if path else text
        raise gr.Error(escape(" ".join(known.split()), quote=False), print_exception=False) from error
