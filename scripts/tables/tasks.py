"""The entries of the paper's table: the script that runs each, the files that it needs, and where to get them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from options.record import TASKS

ROOT = Path(__file__).resolve().parents[2]
UNSUP = ROOT / "scripts" / "unsup_recycle"
VTOONIFY = ROOT / "scripts" / "vtoonify"
DRIVE = "https://drive.google.com/file/d"
TEACHER_V2C = f"published: {DRIVE}/1ZZDL44Xh0uoBKIQOq59vN1hCoyuANfU1"
SHORTCUT_V2C = f"published: {DRIVE}/12L9QPuEkuXNlL51PbNiARwuL6Wprueh0"
TEACHER_V2L = (
    "none published with Shortcut-V2V: train it, `bash scripts/unsup_recycle/train_teacher_v2l.sh --dataroot DIR`"
)
VIPER = "Viper, jpg: https://playing-for-benchmarks.org/download/"
LABELS = "Recycle-GAN's Viper_data.tar.gz: https://www.dropbox.com/s/qhu29y5cx4lyfun/Viper_data.tar.gz"
BUNDLED = "comes with the repository"
BOTH_SHORTCUTS = ("--methods", "teacher,fixed,adaptive,reuse,flow_warp")
TITLES = {**TASKS, "vtoonify": "VToonify", "all": "any"}  # "all": figures of no particular task


@dataclass(frozen=True)
class Entry:
    """One run of a test script.

    Args:
        task: a key of TITLES.
        setting: "full size" or "demo".
        script, flags: the command; it writes its results to <results_dir>/<run>/test_latest.
        needs: file or folder -> where to get it.
    """

    task: str
    setting: str
    script: Path
    run: str
    flags: tuple[str, ...]
    needs: Mapping[Path, str]

    def results(self, results_dir: Path) -> Path:
        return results_dir / self.run / "test_latest"

    def missing(self) -> str | None:
        """The files that are missing and where to get them, as text; None if the entry can be run."""
        lacking = {path: origin for path, origin in self.needs.items() if not path.exists()}
        by_origin = {o: ", ".join(_short(p) for p in lacking if lacking[p] == o) for o in lacking.values()}
        return "; ".join(f"missing {paths} ({origin})" for origin, paths in by_origin.items()) or None


def entries(v2c_root: Path, v2l_root: Path) -> list[Entry]:
    """Every entry of the table: each task at full size, then with the demo's checkpoints.

    Args:
        v2c_root: holds Viper/; v2l_root: holds {train,val}/{A,B} of video and label maps.
    """
    viper = {v2c_root / "Viper": VIPER}
    full = [
        _full("v2c", v2c_root, viper, "v2c_teacher/latest_net_G_A.pth", TEACHER_V2C, SHORTCUT_V2C),
        _full("v2l", v2l_root, _label_data(v2l_root), "v2l_teacher/latest_net_G_A.pth", TEACHER_V2L, _train("v2l")),
        _full("l2v", v2l_root, _label_data(v2l_root), "v2l_teacher/latest_net_G_B.pth", TEACHER_V2L, _train("l2v")),
    ]
    demos = [_demo("v2c", "G_A"), _demo("v2l", "G_A"), _demo("l2v", "G_B", "latest_net_FCN8s.pth")]
    return [*full, *demos, _bundled("vtoonify", VTOONIFY / "test.sh", "latest_net_vtoonify.pth")]


def _full(
    task: str, root: Path, data: Mapping[Path, str], teacher: str, teacher_from: str, shortcut_from: str
) -> Entry:
    run, checkpoints = f"ShortcutV2V_unsup_{task}", ROOT / "checkpoints"
    shortcut = checkpoints / run / "latest_net_ShortcutV2V.pth"
    needs = {**data, checkpoints / teacher: teacher_from, shortcut: shortcut_from}
    flags = ("--dataroot", str(root), "--name", run)  # with --name the script never falls back to the demo
    return Entry(task, "full size", UNSUP / f"test_{task}.sh", run, flags, needs)


def _demo(task: str, direction: str, *more: str) -> Entry:
    return _bundled(task, UNSUP / f"test_{task}.sh", f"latest_net_{direction}.pth", *more)


def _bundled(task: str, script: Path, *files: str) -> Entry:
    folder = ROOT / "checkpoints" / f"demo_{task}"
    files = ("latest_net_ShortcutV2V.pth", *files)
    flags = BOTH_SHORTCUTS if (folder / "latest_refresh.json").is_file() else ()  # adaptive only where it was fitted
    return Entry(task, "demo", script, folder.name, flags, {folder / name: BUNDLED for name in files})


def _label_data(root: Path) -> dict[Path, str]:
    return {root / "val" / side: LABELS for side in ("A", "B")}


def _train(task: str) -> str:
    return f"none published: train it, `bash scripts/unsup_recycle/train_{task}.sh --dataroot DIR`"


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
