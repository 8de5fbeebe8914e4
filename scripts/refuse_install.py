"""What pip calls for `pip install .`, by pyproject.toml: it says how to use a clone instead."""

import sys

INSTEAD = (
    "Shortcut-V2V is used from its clone and cannot be installed: in Python, "
    'sys.path.insert(0, "/path/to/clone"); what it needs: pip install -r requirements.txt'
)


def refuse(*_arguments: object, **_more: object) -> None:
    sys.exit(INSTEAD)


get_requires_for_build_wheel = get_requires_for_build_editable = refuse
build_wheel = build_editable = refuse
