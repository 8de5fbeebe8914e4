"""How the page is started, and what ends it before it is shown."""

import importlib.util

import pytest

from options.demo_options import DemoOptions
from scripts.demo.__main__ import main
from tests.helpers.runs import CPU


def test_without_gradio_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"the page needs gradio: \S+ -m pip install -r requirements-demo\.txt"):
        main(DemoOptions().parse(CPU))


@pytest.mark.skipif(importlib.util.find_spec("gradio") is None, reason="needs gradio, of requirements-demo.txt")
def test_a_model_that_is_not_there_is_told_before_the_page_is_shown(tmp_path):
    with pytest.raises(ValueError, match="--model none: no such model"):
        main(DemoOptions().parse(["--model", "none", "--checkpoints_dir", str(tmp_path), *CPU]))
