"""Run the commands of docs/your_generator.md from zero, in a short form: tiny networks, few steps, few frames.

    python scripts/check_tutorial.py

It works in a temporary folder, with the repository's scripts, and stops at the first command that fails.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "your_generator.md"
SECTIONS = ("From zero: a U-Net", "From zero: a ResNet")
SHORT = {  # what a command runs: the flags that make it short
    "examples/train_generator.py": "--width 8 --steps 2 --gpu_ids -1",
    "scripts/suggest_split.sh": "--repeats 1 --frames 4 --gpu_ids -1 --h_dim 8",
    "scripts/unsup_recycle/train_v2l.sh": "--max_dataset_size 2 --val_clips 1 --val_frames 4 --niter 1 --niter_decay 0 "
    "--nThreads 0 --h_dim 8 --gpu_ids -1 --checkpoints_dir runs --tensorboard_dir boards",
    "scripts/fit_refresh.sh": "--how_many 1 --max_frames 6 --max_interval 4 --gpu_ids -1 --checkpoints_dir runs",
    "scripts/unsup_recycle/test_v2l.sh": "--how_many 1 --max_frames 6 --latency_repeats 1 --no-verdict --gpu_ids -1 "
    "--checkpoints_dir runs --results_dir results",
}
USERS_OWN = "my_file"  # commands with a file that only the reader has


def commands(page: str) -> list[list[str]]:
    """The commands of the sections, in their short form, with the paths of scripts absolute."""
    found = []
    for heading in SECTIONS:
        section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
        blocks = re.findall(r"^```bash\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        found += [short(line) for block in blocks for line in block.splitlines() if not is_readers(line)]
    return found


def is_readers(line: str) -> bool:
    return USERS_OWN in line or "--name mine" in line


def short(line: str) -> list[str]:
    program, script, *flags = shlex.split(line)
    if script == "-m":
        return [sys.executable, script, *flags]
    run = "bash" if program == "bash" else sys.executable
    return [run, str(ROOT / script), *flags, *shlex.split(SHORT[script])]


def main() -> int:
    (ROOT / "datasets").mkdir(exist_ok=True)  # a fresh clone has none
    with tempfile.TemporaryDirectory() as folder:
        for link in ("datasets", "data", "util", "examples"):  # what the commands expect in the current folder
            (Path(folder) / link).symlink_to(ROOT / link)
        env = {**os.environ, "PYTHON": sys.executable}
        for command in commands(PAGE.read_text(encoding="utf-8")):
            print("\n$", shlex.join(command), flush=True)
            status = subprocess.run(command, cwd=folder, env=env).returncode
            if status:
                print(f"the command failed with status {status}", file=sys.stderr)
                return 1
    print("\nevery command of the tutorial ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())
