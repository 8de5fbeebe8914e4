"""The methods of a run: their order and their names in every table, page and chart."""

from collections.abc import Iterable, Mapping

SHORTCUT, TEACHER = "shortcut", "teacher"
# The main Shortcut, and one that refreshes in another way.
SHORTCUTS = {SHORTCUT, f"{SHORTCUT}_fixed", f"{SHORTCUT}_adaptive"}
ORDER = (TEACHER, SHORTCUT, f"{SHORTCUT}_fixed", f"{SHORTCUT}_adaptive", "reuse", "flow_warp")


def in_order(methods: Iterable[str], refresh: str | None) -> list[str]:
    """The methods as rows from top to bottom: the teacher, Shortcuts, baselines; then others, in the order given.

    Args:
        refresh: how the evaluated Shortcut refreshes, "fixed" or "adaptive"; None if unknown.
    """
    return sorted(methods, key=lambda method: _place(_with_refresh(method, refresh)))


def method_name(method: str, refresh: str | None) -> str:
    """The method in words: "teacher", "Shortcut fixed", "flow warp"; `refresh` as for `in_order`."""
    return _with_refresh(method, refresh).replace(SHORTCUT, "Shortcut").replace("_", " ")


def refresh_of(*records: Mapping) -> str | None:
    """How the evaluated Shortcut of all these runs refreshes; None if they differ, or are too old to say."""
    refreshes = {record.get("runtime", {}).get("refresh") for record in records}
    return refreshes.pop() if len(refreshes) == 1 else None


def figures_of(record: Mapping) -> dict[str, Mapping]:
    """method -> name -> figures, of all methods of a run, in the order of a table's rows."""
    figures = {TEACHER: record.get("teacher", {}), SHORTCUT: record["quality"], **record["baselines"]}
    return {method: figures[method] for method in in_order(figures, refresh_of(record))}


def _with_refresh(method: str, refresh: str | None) -> str:
    """A run's record calls the evaluated Shortcut "shortcut"; its refresh tells it from another one beside it."""
    return f"{SHORTCUT}_{refresh}" if method == SHORTCUT and refresh else method


def _place(method: str) -> int:
    return ORDER.index(method) if method in ORDER else len(ORDER)
