"""Import every module of this repository except the tests, and say which ones fail.

python scripts/import_all.py
"""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("util", "data", "models", "options", "scripts")


def modules() -> list[str]:
    """Names of all modules; scripts/ is a folder of programs that can be imported without running them."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    programs = [ROOT / program for program in ("train.py", "test.py", "shortcut_v2v.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in [*files, *programs]]
    return [name.removesuffix(".__init__") for name in names]


def main() -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
    failed = []
    for name in modules():
        try:
            importlib.import_module(name)
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {error}")
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Python {version}: {len(modules()) - len(failed)} of {len(modules())} modules import", *failed, sep="\n  ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
