"""The version stands in one place, and the files that people read agree with it."""

from pathlib import Path

import yaml

from util import __version__

ROOT = Path(__file__).resolve().parents[1]


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__ and citation["license"] == "MIT"


def test_the_changelog_begins_with_this_version():
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == f"## {__version__}"
