"""The Python code of docs/python.md runs as it stands, from top to bottom, with a small film and few steps."""

from shortcut_v2v import ROOT, Shortcut
from tests.helpers.docs import code_blocks
from tests.helpers.python import moving_film, resnet_file

SHORT = {"/path/to/clone": str(ROOT), "steps=3000": "steps=2"}


def test_every_example_runs(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    code = "\n".join(code_blocks(page, "python"))
    for long, short in SHORT.items():
        assert long in code
        code = code.replace(long, short)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT))  # the page's own line goes with the test
    moving_film(tmp_path / "in.mp4")
    resnet_file(tmp_path / "resnet.pth")
    here: dict = {}
    exec(compile(code, "docs/python.md", "exec"), here)
    assert {"out.mp4", "both.mp4", "my_model"} <= {path.name for path in tmp_path.iterdir()}
    assert len(here["losses"]) == 2 and len(here["pictures"]) == 4 and isinstance(here["model"], Shortcut)
