"""Paths that are typed at a script: it runs in the repository root, but they are meant from where it was called."""

import os

CALLER_VARIABLE = "SHORTCUT_V2V_CALLER"  # scripts/common.sh exports the caller's folder in it


def from_caller(path: str) -> str:
    """`path` as the caller meant it; as typed where no script runs, or one that was called from the current folder."""
    folder = os.environ.get(CALLER_VARIABLE)
    if not folder or os.path.realpath(folder) == os.path.realpath(os.curdir):
        return path
    return os.path.join(folder, path)
