"""The methods of a run, in the order and under the names in which every table, page and chart shows them."""

from collections.abc import Iterable, Mapping

SHORTCUT, TEACHER = "shortcut", "teacher"
SHORTCUTS = {
    SHORTCUT,
    f"{SHORTCUT}_fixed",
    f"{SHORTCUT}_adaptive",
}  # the main one, and one that refreshes otherwise
ORDER = (TEACHER, SHORTCUT, f"{SHORTCUT}_fixed", f"{SHORTCUT}_adaptive", "reuse", "flow_warp")


def in_order(methods: Iterable[str], refresh: str | None) -> list[str]:
    """The methods as rows from top to bottom: the teacher, Shortcuts, baselines; others below, in the order given.

    Args:
        refresh: how the Shortcut that is judged refreshes, "fixed" or "adaptive"; None where nobody knows.
    """
    return sorted(methods, key=lambda method: _place(_full(method, refresh)))


def method_name(method: str, refresh: str | None) -> str:
    """In words: "teacher", "Shortcut fixed", "flow warp"; refresh: as `in_order`."""
    return _full(method, refresh).replace(SHORTCUT, "Shortcut").replace("_", " ")


def refresh_of(*records: Mapping) -> str | None:
    """How the judged Shortcut of all these runs' records refreshes; None where they differ, or are too old to say."""
    found = {record.get("runtime", {}).get("refresh") for record in records}
    return found.pop() if len(found) == 1 else None


def _full(method: str, refresh: str | None) -> str:
    """The judged Shortcut is told from the other one by when it refreshes."""
    return f"{SHORTCUT}_{refresh}" if method == SHORTCUT and refresh else method


def _place(method: str) -> int:
    return ORDER.index(method) if method in ORDER else len(ORDER)
