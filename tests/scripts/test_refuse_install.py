"""pip install . ends with one sentence."""

import re

import pytest

from scripts import refuse_install
from tests.helpers.docs import ROOT


def test_every_way_to_install_says_what_to_do_instead():
    for hook in ("get_requires_for_build_wheel", "get_requires_for_build_editable", "build_wheel", "build_editable"):
        with pytest.raises(SystemExit, match=r"sys\.path\.insert\(0"):
            getattr(refuse_install, hook)("folder", config_settings=None)


def test_pip_calls_it():
    project = (ROOT / "pyproject.toml").read_text()
    (backend,) = re.findall(r'^build-backend = "(\w+)"$', project, re.MULTILINE)
    (folder,) = re.findall(r'^backend-path = \["(\w+)"\]$', project, re.MULTILINE)
    assert (ROOT / folder / f"{backend}.py").samefile(refuse_install.__file__)
