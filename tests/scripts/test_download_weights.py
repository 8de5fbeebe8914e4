"""Published weights from a server of the test's own: checked, pinned, and gone on with after an interrupt."""

import hashlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from models.shortcut.official import to_published
from models.teachers.recycle_gan import ResnetGenerator
from tests.helpers import tiny
from tests.helpers.runs import ROOT

pytest.importorskip("gdown")
TEACHER = "v2c_teacher/latest_net_G_A.pth"
BLOCK = "ShortcutV2V_unsup_v2c/latest_net_ShortcutV2V.pth"


class Server(ThreadingHTTPServer):
    """Serves `files`. As long as `cuts` is above 0, an answer ends in the middle."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.cuts, self.ranges = {}, 0, []

    def link(self, name, content):
        self.files[f"/{name}"] = content
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        content = self.server.files.get(self.path)
        if content is None:
            return self.send_error(404)
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        self.server.ranges.append(start)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        end = len(content) // 2 if self.server.cuts else len(content)
        self.server.cuts -= bool(self.server.cuts)
        self.wfile.write(content[start:end])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def content_of(weights, path):
    torch.save(weights, path)
    return path.read_bytes()


@pytest.fixture
def teacher(tmp_path):
    return content_of(ResnetGenerator(ngf=32, n_blocks=1).state_dict(), tmp_path / "file")  # several blocks of gdown's


@pytest.fixture
def fetch(tmp_path):
    def ran(*words):
        program = [sys.executable, ROOT / "scripts" / "download_weights.py", *words]
        return subprocess.run([*program, "--checkpoints_dir", tmp_path / "checkpoints"], capture_output=True, text=True)

    return ran


def test_without_a_network_one_sentence_says_so(fetch, tmp_path):
    ran = fetch(TEACHER, "http://127.0.0.1:9/teacher")  # nobody listens there
    assert ran.returncode == 1 and not (tmp_path / "checkpoints" / TEACHER).exists()
    [told] = ran.stderr.strip().splitlines()
    assert "cannot download http://127.0.0.1:9/teacher (no connection to 127.0.0.1): call this again" in told


def test_a_file_comes_is_checked_and_pinned(fetch, server, teacher, tmp_path):
    server.cuts = 1
    link = server.link("teacher", teacher)
    ran = fetch(TEACHER, link)
    target, lock = tmp_path / "checkpoints" / TEACHER, tmp_path / "checkpoints" / "SHA256SUMS"
    assert ran.returncode == 1 and not target.exists(), ran.stderr
    assert f"cannot download {link}" in ran.stderr and str(target) in ran.stderr and "github.com" in ran.stderr
    ran = fetch(TEACHER, link)  # goes on where the first call was cut off
    assert ran.returncode == 0 and 0 < server.ranges[-1] <= len(teacher) // 2, ran.stderr
    digest = hashlib.sha256(teacher).hexdigest()
    assert target.read_bytes() == teacher and digest in ran.stdout
    assert lock.read_text() == f"{digest}  {TEACHER}\n"

    ran = fetch()
    assert f"here     {target}  SHA-256 {digest}" in ran.stdout and "missing" in ran.stdout
    target.unlink()
    other = content_of(tiny.generator(seed=1).state_dict(), tmp_path / "file")
    ran = fetch(TEACHER, server.link("other", other))
    assert ran.returncode == 1 and f"has pinned {digest}" in ran.stderr and not target.exists()


def test_what_is_something_else_is_not_kept(fetch, server, teacher, tmp_path):
    ran = fetch(BLOCK, server.link("page", b"<html>Quota exceeded</html>"))
    assert ran.returncode == 1 and "(what came is a web page, not a file): call this again" in ran.stderr
    ran = fetch(BLOCK, server.link("teacher", teacher))
    assert ran.returncode == 1 and "is not kept" in ran.stderr
    assert "not a published Shortcut block" in ran.stderr
    assert not [path for path in (tmp_path / "checkpoints").rglob("*") if path.is_file()]
    block = content_of(to_published(tiny.block()), tmp_path / "file")
    assert fetch(BLOCK, server.link("block", block)).returncode == 0


def test_without_a_network_or_with_a_wrong_name_it_is_one_sentence(fetch):
    ran = fetch(BLOCK, "http://127.0.0.1:9/nothing")
    assert ran.returncode == 1 and len(ran.stderr.splitlines()) == 1 and "save the file as" in ran.stderr
    ran = fetch("v2c/other.pth", "http://127.0.0.1:9/nothing")
    assert ran.returncode == 1 and "FILE must be one of" in ran.stderr
