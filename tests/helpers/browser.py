"""A headless Chromium, driven through its DevTools protocol over a pipe: nothing to install but the browser."""

import base64
import io
import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
from PIL import Image

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
]


class Browser:
    """One page. Use as a context manager.

    errors: what the page has complained of so far: uncaught exceptions, console errors, failed requests.
    """

    def __init__(self, profile: Path):
        self._numbers, self.errors = itertools.count(1), []
        (theirs, write), (read, ours) = os.pipe(), os.pipe()
        # Chromium reads its commands from descriptor 3 and answers on 4.
        command = ["bash", "-c", f'exec "$@" 3<&{theirs} 4>&{ours}', "chromium", CHROMIUM, *FLAGS]
        self._process = subprocess.Popen(
            [*command, f"--user-data-dir={profile}"], pass_fds=(theirs, ours), stderr=subprocess.DEVNULL
        )
        os.close(theirs), os.close(ours)
        self._write, self._read, self._unread, self._session = write, read, b"", {}

    def __enter__(self) -> "Browser":
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = {"sessionId": session}
        for domain in ("Runtime", "Log", "Page"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._write), os.close(self._read)

    def call(self, method: str, **params) -> dict:
        """The answer to one command of the protocol."""
        message = {"id": next(self._numbers), "method": method, "params": params, **self._session}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != message["id"]:
            self._note(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _next(self) -> dict:
        while b"\0" not in self._unread:
            more = os.read(self._read, 1 << 20)
            if not more:
                raise RuntimeError("the browser has gone")
            self._unread += more
        text, self._unread = self._unread.split(b"\0", 1)
        return json.loads(text)

    def _note(self, event: dict) -> None:
        told = event.get("params", {})
        failed = event.get("method") == "Log.entryAdded" and told["entry"]["level"] == "error"
        failed |= event.get("method") == "Runtime.consoleAPICalled" and told["type"] == "error"
        if failed or event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(told)

    def open(self, place: Path | str, size: tuple[int, int] = (1280, 900), fragment: str = "") -> None:
        """A file or an address, from the start: a page that is open already would only go to the fragment."""
        width, height = size
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=(place if isinstance(place, str) else place.as_uri()) + fragment)

    def upload(self, selector: str, path: Path) -> None:
        """Choose a file in an <input type="file">."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def run(self, script: str):
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']['exception'].get('description')}")
        return answer["result"].get("value")

    def wait(self, condition: str, seconds: float = 40) -> None:
        """Until a JavaScript expression is true; a busy machine may need a while to open a video."""
        end = time.monotonic() + seconds
        while not self.run(f"!!({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"still not true after {seconds} s: {condition}")
            time.sleep(0.05)

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key)

    def click(self, x: float, y: float) -> None:
        """At a place of the window, in px."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def box(self, selector: str) -> dict[str, float]:
        """Where an element is in the window after scrolling to it: x, y, width, height in px."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{element}.scrollIntoView({{ block: 'center' }})")
        return self.run(f"{element}.getBoundingClientRect().toJSON()")

    def picture(self) -> np.ndarray:
        """uint8 [H, W, 3] RGB of the window."""
        shot = self.call("Page.captureScreenshot")["data"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB"))
