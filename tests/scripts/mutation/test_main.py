from pathlib import Path

import pytest
import yaml

from scripts.mutation import __main__ as program
from scripts.mutation.mutants import sample

ROOT = Path(__file__).resolve().parents[3]


def outcomes(survivors, killed):
    left = [{"path": "a.py", "change": f"`{k}` → `{k + 1}`", "killed": False} for k in range(survivors)]
    return left + [{"path": "a.py", "change": "`x` → `y`", "killed": True}] * killed


@pytest.mark.parametrize(
    ("survivors", "killed", "documented", "status"),
    [(0, 9, "", 0), (1, 9, "| `a.py` | `0` → `1` | equal |", 0), (1, 9, "", 1), (2, 8, "both of them", 1)],
)
def test_enough_must_be_killed_and_survivors_be_documented(
    tmp_path, monkeypatch, capsys, survivors, killed, documented, status
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "reliability.md").write_text(documented)
    assert program.judge(outcomes(survivors, killed)) == status
    unnamed = "docs/reliability.md does not say why this survives: | `a.py` | `0` → `1` |"
    assert (unnamed in capsys.readouterr().out) is (status == 1)


def test_a_mutant_that_no_test_reaches_survives():
    (mutant,) = sample("a.py", "x = 1\n", 1.0, 0)
    outcome = program.outcome_of(mutant, {"reached": {"a.py": {}}, "seconds": {}})
    assert outcome == {
        "path": "a.py",
        "line": 1,
        "change": "`x = 1` → `x = 2`",
        "killed": False,
        "by": None,
        "tests": 0,
    }


def test_the_settings_name_files_that_exist(monkeypatch):
    monkeypatch.chdir(ROOT)
    settings = yaml.safe_load(Path(program.__file__).with_name("settings.yaml").read_text())
    sources, tests = (program.files_of(settings[name], settings["left_out"]) for name in ("sources", "tests"))
    assert "models/shortcut/adabd.py" in sources and "models/ops/triton.py" not in sources
    assert "tests/models/training/test_distiller.py" in tests and all(Path(path).exists() for path in tests)
    assert all(program.files_of([pattern], []) for name in ("sources", "tests") for pattern in settings[name])
