"""A tiny dataset and teacher on disk, and the programs run on them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from tests.helpers.tiny import generator

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 48, 32
SIZES = ["--loadSizeW", "56", "--loadSizeH", "40", "--fineSizeW", str(WIDTH), "--fineSizeH", str(HEIGHT)]
NETWORK = ["--h_dim", "8", "--g_layers", "1", "--l_layers", "1"]
CPU = ["--gpu_ids", "-1"]


def viper(root: Path, clips=("001", "002"), frames=6) -> Path:
    """Viper and Cityscapes folders with moving stripes: train clips, one val clip, a few frames of the other domain."""
    for split, names in (("train", clips), ("val", ("065",))):
        for name in names:
            for number in range(frames):
                save(root / "Viper" / split / "img" / name / f"{name}_{number:05d}.png", stripes(number, int(name)))
        for number in range(3):
            name = f"ulm_000000_{number:06d}_leftImg8bit.png"
            save(root / "Cityscapes_sequence" / "leftImg8bit" / split / "ulm" / name, stripes(number, 9))
    return root


def stripes(shift: int, phase: int) -> np.ndarray:
    x = np.arange(WIDTH) + 2 * shift + phase
    row = np.stack([128 + 100 * np.sin(x / k) for k in (3, 5, 7)], axis=-1)
    return np.broadcast_to(row, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def teacher_file(path: Path, seed: int = 0) -> Path:
    torch.save(generator(seed).state_dict(), path)
    return path


def places(folder: Path) -> list[str | Path]:
    """The flags that say where data, teacher and runs of `folder` lie."""
    paths = {"--dataroot": "data", "--main_G_path": "teacher.pth", "--checkpoints_dir": "runs"}
    return [word for flag, name in paths.items() for word in (flag, folder / name)]


def distil(folder: Path, *more: str) -> list[str]:
    """The flags of a tiny distillation in `folder`, whose data and teacher are made on the first call."""
    if not (folder / "data").exists():
        viper(folder / "data")
        teacher_file(folder / "teacher.pth")
    run = ["--name", "tiny", "--perceptual", "teacher", "--ndf", "2", "--niter", "2", "--niter_decay", "0"]
    speed = ["--nThreads", "0", "--val_clips", "1", "--val_frames", "4", "--save_latest_freq", "2"]
    return [str(flag) for flag in [*places(folder), *run, *speed, *SIZES, *NETWORK, *CPU, *more]]


def translation(folder: Path, *more: str) -> list[str]:
    """The flags of test.py for the run that `distil` made in `folder`."""
    run = ["--name", "tiny", "--results_dir", folder / "results", "--latency_repeats", "1"]
    size = ["--fineSizeW", WIDTH, "--fineSizeH", HEIGHT]
    return [str(flag) for flag in [*places(folder), *run, *size, *CPU, *more]]


def program(name: str, flags: list[str]) -> subprocess.CompletedProcess:
    """The finished program, run as a user would, from another directory."""
    command = [sys.executable, str(ROOT / name), *flags]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(flags[1]).parent)


def torchrun(name: str, flags: list[str], *options: str, processes: int = 2) -> subprocess.Popen:
    """Program `name` as several processes, one thread each; `options` are torchrun's. It is still running."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    return subprocess.Popen(
        [*command, *options, str(ROOT / name), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def ranks_of(process: subprocess.Popen) -> list[int]:
    """The numbers of the processes that this torchrun has started, by rank."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def stop_when(path: Path, flags: list[str], number: signal.Signals) -> int:
    """Start train.py, send it `number` as soon as `path` exists, and return its exit status."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while not path.exists() and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, number)
        return process.wait()
