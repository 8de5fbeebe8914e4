"""The temporary files of the page: uploads and results, each kept for as long as a browser shows it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


class Desk:
    """Knows what each session, which is one open page, shows: at most one upload and one result.

    Args:
        folder: in which results are written; it exists.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._uploads: dict[str, Path] = {}
        self._results: dict[str, Path] = {}
        self._over: set[str] = set()
        self._closed = False

    def show_upload(self, session: str, path: Path | None) -> None:
        """The session shows this upload from now on; the one before is removed."""
        before = self._uploads.pop(session, None)
        if path is not None:
            self._uploads[session] = path
        if before is not None and before not in self._uploads.values():  # equal uploads are one file
            before.unlink(missing_ok=True)

    @contextmanager
    def new_result(self, session: str) -> Iterator[Path]:
        """Give the path to write a result to. The session shows it from now on; the one before is removed.

        After an error nothing of the new result is left.
        """
        path = self.folder / f"{uuid4().hex}.mp4"
        try:
            yield path
            self.check(session)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        before, self._results[session] = self._results.get(session), path
        if before is not None:
            before.unlink(missing_ok=True)

    def check(self, session: str) -> None:
        """InterruptedError, if nobody waits for the session's result any more."""
        if self._closed or session in self._over:
            raise InterruptedError("the page was closed")

    def leave(self, session: str) -> None:
        """The session is over: remove what it showed."""
        self._over.add(session)
        self.show_upload(session, None)
        if (result := self._results.pop(session, None)) is not None:
            result.unlink(missing_ok=True)

    def close(self) -> None:
        """All sessions are over; a job that runs ends at its next frame."""
        self._closed = True
