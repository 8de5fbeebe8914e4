"""What tests of whole programs share: a distilled run, and a machine prepared for the scripts."""

import pytest

from tests.helpers.programs import run_train
from tests.helpers.runs import distil
from tests.helpers.scripts import NEEDED


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder with data, a teacher and its distilled Shortcut; tests write elsewhere or under their own names."""
    folder = tmp_path_factory.mktemp("trained")
    run_train(distil(folder))
    return folder


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A directory in which the files that command lines name exist."""
    for path in NEEDED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path
