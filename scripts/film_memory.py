"""Translate a long drawn film and print the memory of the program after each minute of it.

python scripts/film_memory.py [--minutes 10] [--fps 25] [--model demo_v2c]
"""

import argparse
import re
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from data.jobs.outputs import new_jobs, prepare  # noqa: E402
from data.jobs.run import run_job  # noqa: E402
from data.video.writer import VideoWriter  # noqa: E402
from options.build.translation import Networks, form_of, inputs_of  # noqa: E402
from options.translate_options import TranslateOptions  # noqa: E402
from util import runtime  # noqa: E402
from util.runtime import finish  # noqa: E402

SIZE = (640, 272)
PATTERNS = 50  # different frames, shown again and again
ALLOWED = 1.05  # of the memory after the first minute


def main() -> int:
    """Print the memory of each minute; 1 if the last is more than 5 % above the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--model", default="demo_v2c")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        film = draw(Path(folder) / "film.mp4", given.minutes, given.fps)
        memory = translated(film, Path(folder) / "out.mp4", given.model, 60 * given.fps)
    print(f"last minute / first minute: {memory[-1] / memory[0]:.3f}")
    return int(memory[-1] > ALLOWED * memory[0])


def draw(path: Path, minutes: int, fps: int) -> Path:
    """A film of soft shapes that move."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    waves = [[127 + 100 * np.sin(x / (20 + 9 * c) + y / 31 + n / 8) for c in range(3)] for n in range(PATTERNS)]
    frames = [np.stack(wave, axis=-1).astype(np.uint8) for wave in waves]
    with VideoWriter(path, fps, SIZE) as writer:
        for number in range(minutes * 60 * fps):
            writer.write(frames[number % PATTERNS])
    return path


def translated(film: Path, target: Path, model: str, every: int) -> list[float]:
    """MB of the process after each `every` frames."""
    opt = TranslateOptions().parse([str(film), "-o", str(target), "--model", model])
    networks = Networks(opt, runtime.prepare(0, opt.gpu_ids))
    [job] = new_jobs(inputs_of(opt)[0], opt.out, opt.codec)
    prepare([job], [], False)
    memory: list[float] = []
    count = 0

    def done() -> None:
        nonlocal count
        count += 1
        if count % every == 0:
            memory.append(resident_mb())
            print(f"minute {len(memory)}: {memory[-1]:.0f} MB", flush=True)

    frames, _ = run_job(job, job.input.open(), networks.begin(), form_of(opt), {}, done)
    print(f"{frames} frames of {SIZE[0]} x {SIZE[1]} at {Fraction(every, 60)} fps")
    return memory


def resident_mb() -> float:
    """Memory that the process holds now, MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


if __name__ == "__main__":
    finish("film_memory.py", main)
