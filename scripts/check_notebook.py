"""Run the code of examples/compress_your_generator.ipynb in a short form: a tiny network, few steps.

    python scripts/check_notebook.py

It works in a temporary folder, and ends with the error of the first cell that fails.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "examples" / "compress_your_generator.ipynb"
SHORT = {"WIDTH": 4, "LEVELS": 1, "SIZE": (48, 32), "FRAMES": 12, "STEPS": 2}
PARAMETERS = "parameters"  # the tag of the cell whose values SHORT replaces


def code_cells(notebook: dict, clone: Path) -> list[str]:
    """The code of its cells, in the short form, with the path of the clone in place of `..`."""
    found = []
    for cell in (one for one in notebook["cells"] if one["cell_type"] == "code"):
        code = "".join(cell["source"]).replace('CLONE = ".."', f"CLONE = {str(clone)!r}")
        if PARAMETERS in cell["metadata"].get("tags", ()):
            code += "\n" + "\n".join(f"{name} = {value!r}" for name, value in SHORT.items())
        found.append(code)
    return found


def main() -> int:
    here: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, code in enumerate(code_cells(json.loads(NOTEBOOK.read_text(encoding="utf-8")), ROOT), start=1):
            print(f"\n[{number}] {code}", flush=True)
            exec(compile(code, f"cell {number}", "exec"), here)
        os.chdir(ROOT)
    print("\nevery cell of the notebook ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
