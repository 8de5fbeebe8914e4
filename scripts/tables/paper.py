"""The paper's table: rows of our runs and of published figures, as Markdown and CSV."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.tables.records import cost_of, main_value
from scripts.tables.tasks import TITLES
from scripts.tables.text import number, write_csv, write_text
from util.report.record import SHORTCUT, SHORTCUTS, TEACHER, figures_of, figures_shown, method_name, refresh_of
from util.tables import markdown

QUALITY = {"fvd": "FVD ↓", "miou": "mIoU ↑", "ac": "AC ↑", "mp": "MP ↑"}
QUALITY |= {"psnr": "PSNR dB ↑", "ssim": "SSIM ↑", "warp_error": "warp error ↓"}
COST = {"macs_skipped": "GMACs skipped", "macs_mean": "GMACs mean", "params": "params M"}
COST |= {"saving_skipped": "saving skipped", "saving_mean": "saving mean"}
COLUMNS = {"task": "task", "setting": "setting", "method": "method", **QUALITY, **COST}
COLUMNS |= {"interval": "α", "frames": "frames", "note": "note"}
FINGERPRINTS = {"teacher_fingerprint": "teacher", "shortcut_fingerprint": "shortcut"}  # column -> whose, in a record
LEFT = 3  # columns of text, before those of figures
UNITS = {"macs_skipped": 1e9, "macs_mean": 1e9, "params": 1e6}
NOTE = """PSNR and SSIM: to the teacher's output, of skipped frames. FVD, mIoU, AC, MP and warp error: of all frames.
Skipped: of a frame for which head, Shortcut and tail are run. Mean: over all frames, references included.
Parameters: of the teacher, and of what runs on skipped frames. "-": not measured, or not found in what was read."""


def run_rows(task: str, setting: str, record: Mapping) -> list[dict]:
    """One row per method of a run: teacher, Shortcut, baselines; with the fingerprints of the run's checkpoints."""
    identities = record.get("checkpoints", {})
    fingerprints = {column: identities.get(whose) for column, whose in FINGERPRINTS.items()}
    return [_method_row(task, setting, record, method) | fingerprints for method in figures_of(record)]


def _mean_interval(mean_macs: float, macs: Mapping[str, float]) -> float:
    """Frames from one reference frame to the next, from the MACs of a mean, a "reference" and a "skipped" frame."""
    return (macs["reference"] - macs["skipped"]) / (mean_macs - macs["skipped"])


def _method_row(task: str, setting: str, record: Mapping, method: str) -> dict:
    values, shown, own = figures_of(record)[method], figures_shown(record), record["cost"]
    cost = cost_of(record, method)
    name = method_name(method, refresh_of(record))
    row = {"task": task, "setting": setting, "method": name, "note": f"on {record['options'].get('dataroot')}"}
    row |= {name: main_value(shown[name], values[name]) if name in values else None for name in QUALITY}
    row |= {"macs_mean": cost["macs"], "saving_mean": cost["saving"], "frames": record["frames"]["total"]}
    if method == TEACHER:
        return row | {"params": own["params"]["teacher"]}
    row["interval"] = record.get("runtime", {}).get("interval")
    if method in SHORTCUTS - {SHORTCUT}:  # it refreshes in another way than the run
        row["interval"] = _mean_interval(cost["macs"], own["macs"])
    if method in SHORTCUTS:
        row |= {"macs_skipped": own["macs"]["skipped"], "params": own["params"]["skipped"]}
        row["saving_skipped"] = own["saving"]["skipped"]
    return row


def published_rows(published: Mapping) -> list[dict]:
    """The rows of docs/published.yaml as rows of the table; the setting names the source by its number."""
    numbers = {name: number for number, name in enumerate(published["sources"], 1)}
    kinds = {name: f"{source['kind']} [{numbers[name]}]" for name, source in published["sources"].items()}
    named = [{**row, "method": method_name(row["method"], "fixed")} for row in published["rows"]]
    return [{**row, "setting": kinds[row["source"]]} for row in named]


def write_tables(folder: Path, command: str, rows: Sequence[Mapping], published: Mapping) -> str:
    """Write reproduced.md, and reproduced.csv in full precision; return the table without notes, for the terminal."""
    cells = [[_cell(row, key) for key in COLUMNS] for row in rows]
    table = markdown(list(COLUMNS.values()), cells, LEFT, notes=True)
    sources = enumerate(published["sources"].values(), 1)
    cited = "\n".join(f"{number}. {source['title'].strip()}: {source['url']}" for number, source in sources)
    text = f"# The paper's table, reproduced\n\nMade by `{command}`.\n\n{table}\n\n{NOTE}\n\n{_checkpoints(rows)}"
    write_text(folder / "reproduced.md", f"{text}Sources:\n\n{cited}\n\n{published['absent']}")
    keys = [*COLUMNS, *FINGERPRINTS]
    write_csv(folder / "reproduced.csv", keys, [[row.get(key) for key in keys] for row in rows])
    return markdown(list(COLUMNS.values())[:-1], [line[:-1] for line in cells], LEFT)


def _checkpoints(rows: Sequence[Mapping]) -> str:
    """A paragraph with the checkpoints of every run, which shows whether the table is of older checkpoints."""
    runs = {
        f"- {TITLES[row['task']]}, {row['setting']}: teacher {row['teacher_fingerprint']}, "
        f"Shortcut {row['shortcut_fingerprint']}": None
        for row in rows
        if row.get("shortcut_fingerprint")
    }
    return "Fingerprints of the checkpoints:\n\n" + "\n".join(runs) + "\n\n" if runs else ""


def _cell(row: Mapping, key: str) -> str:
    value = row.get(key)
    if key == "task":
        return TITLES.get(value, value)
    if key == "note":
        return value or ""
    if key.startswith("saving") and value is not None:
        return f"{value:.2f}×"
    return number(value / UNITS[key] if value is not None and key in UNITS else value)
