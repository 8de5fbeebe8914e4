"""scripts/check_notebook.py: the short form of the notebook. The script itself runs it."""

import ast
import json
from pathlib import Path

import pytest

from scripts.check_notebook import NOTEBOOK, SHORT, code_cells

NOTES = json.loads(NOTEBOOK.read_text(encoding="utf-8"))


def test_the_notebook_has_the_values_that_are_replaced():
    cells = code_cells(NOTES, Path("/the/clone"))
    assert any("CLONE = '/the/clone'" in code for code in cells)
    (parameters,) = [code for code in cells if "STEPS = 2" in code]
    stored = [name.id for name in ast.walk(ast.parse(parameters)) if isinstance(name, ast.Name)]
    assert all(stored.count(name) == 2 for name in SHORT)


def test_it_is_stored_without_results():
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in NOTES["cells"] if "outputs" in cell)


@pytest.mark.parametrize("code", code_cells(NOTES, Path("/the/clone")))
def test_every_cell_is_python(code):
    compile(code, "cell", "exec")
