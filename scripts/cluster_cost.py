"""How fast a training would be on 1 to 64 processes: a model, from what one process measures here.

  python scripts/cluster_cost.py [its own flags] -- TRAIN_FLAGS

TRAIN_FLAGS are those of train.py. It measures training steps and reading of samples, each alone, and counts what an
all-reduce moves. Nothing is saved. It cannot know a slower network than the one you name, other users, or slow disks.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from data.loader import load_batches  # noqa: E402
from models.evaluation.cost import timed_ms  # noqa: E402
from models.training.task import Task  # noqa: E402
from options.build.tasks import TASKS  # noqa: E402
from options.record import Options  # noqa: E402
from options.train_options import TrainOptions  # noqa: E402
from util import runtime  # noqa: E402
from util.runtime import finish  # noqa: E402
from util.tables import markdown  # noqa: E402
from util.workers import reading_processes  # noqa: E402

PROCESSES = (1, 2, 4, 8, 16, 32, 64)
WARMUP = 2  # steps that are not timed


@dataclass(frozen=True)
class Cost:
    """What one process measured, and the network between processes.

    fixed_s, sample_s: a step takes fixed_s + samples * sample_s seconds.
    load_s: seconds in which all reading processes of one training process together read a sample.
    reduced_bytes, calls: what the all-reduces of a step add up, and how many there are.
    bytes_per_s, latency_s: of the network, from one process to the next.
    """

    fixed_s: float
    sample_s: float
    load_s: float
    reduced_bytes: int
    calls: int
    bytes_per_s: float
    latency_s: float

    def step_s(self, samples: float, processes: int) -> float:
        """Seconds of a step with so many samples in each process; reading runs beside computing, an all-reduce not."""
        return max(self.fixed_s + samples * self.sample_s, samples * self.load_s) + self.exchange_s(processes)

    def exchange_s(self, processes: int) -> float:
        """Seconds of a step's all-reduces, in a ring: every process sends and receives 2 (P - 1) / P of the bytes."""
        hops = 2 * math.ceil(math.log2(processes))
        moved = 2 * (processes - 1) / processes * self.reduced_bytes
        return self.calls * hops * self.latency_s + moved / self.bytes_per_s


def measure(opt: Options, steps: int, gigabytes_per_s: float, latency_us: float) -> Cost:
    """Train and read for a few steps, here, as one process."""
    task = TASKS[opt.model](opt, runtime.prepare(opt.seed, opt.gpu_ids))
    task.trainer.amp = runtime.precision(opt.amp, task.device)
    batch, load_s = read(task, opt, steps)
    small, large = (step_s(task, batch, samples, steps) for samples in (1, opt.batchSize))
    sample_s = max(large - small, 0) / max(opt.batchSize - 1, 1)
    optimizers = list(adams(task.trainer.state_dict()))
    moments = [one["exp_avg"] for adam in optimizers for one in adam["state"].values()]  # as large as the gradients
    return Cost(
        fixed_s=max(small - sample_s, 0),
        sample_s=sample_s,
        load_s=load_s / max(reading_processes(opt.nThreads), 1),
        reduced_bytes=sum(moment.nbytes for moment in moments),
        calls=2 * len(optimizers) + 2,  # losses and gradients of each; then unreadable frames, and signals
        bytes_per_s=gigabytes_per_s * 1e9,
        latency_s=latency_us * 1e-6,
    )


def adams(state: object) -> Iterator[dict]:
    """The states of all optimisers in a trainer's."""
    if isinstance(state, dict):
        yield from [state] if "param_groups" in state else (found for one in state.values() for found in adams(one))


def read(task: Task, opt: Options, steps: int) -> tuple[tuple[Tensor, ...], float]:
    """The inputs of a step of --batchSize samples, and the seconds in which this process alone reads a sample."""
    batches, start = load_batches(task.dataset, opt.batchSize, epochs=10**6, seed=opt.seed), time.perf_counter()
    read = list(islice(batches, steps))
    seconds = (time.perf_counter() - start) / sum(batch["samples"] for batch in read)
    inputs = zip(*(task.inputs(batch) for batch in read), strict=True)
    return tuple(torch.cat([*values] * opt.batchSize)[: opt.batchSize] for values in inputs), seconds


def step_s(task: Task, inputs: Sequence[Tensor], samples: int, steps: int) -> float:
    """The median seconds of a training step on `samples` samples."""
    few = [x[:samples] for x in inputs]
    times = [timed_ms(task.trainer.check, task.trainer.step, *few)[1] for _ in range(WARMUP + steps)]
    return float(np.median(times[WARMUP:])) / 1e3


def table(cost: Cost, batch: int) -> str:
    """Steps and samples a second by processes: the batch shared out, and a batch for each process."""
    rows = []
    for processes in PROCESSES:
        shared, each = cost.step_s(batch / processes, processes), cost.step_s(batch, processes)
        fits = batch % processes == 0
        speeds = [f"{1e3 * shared:.1f}", f"{batch / shared:.1f}"] if fits else ["-", "-"]
        rows.append([str(processes), *speeds, f"{1e3 * each:.1f}", f"{processes * batch / each:.1f}"])
    heads = ["processes", f"ms, {batch} shared", "samples/s", f"ms, {batch} each", "samples/s"]
    return markdown(heads, rows)


def main(argv: Sequence[str]) -> int:
    own, flags = (argv[: argv.index("--")], argv[argv.index("--") + 1 :]) if "--" in argv else (argv, [])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=5, help="steps to time, and batches to read (default 5)")
    parser.add_argument("--gigabytes_per_s", type=float, default=10.0, help="between two processes (default 10)")
    parser.add_argument("--latency_us", type=float, default=30.0, help="between two processes (default 30)")
    given, opt = parser.parse_args(own), TrainOptions().parse(flags)
    if min(given.steps, given.gigabytes_per_s) <= 0 or given.latency_us < 0:
        parser.error("--steps and --gigabytes_per_s must be above 0, and --latency_us not below")
    cost = measure(opt, given.steps, given.gigabytes_per_s, given.latency_us)
    print(f"measured here: a step {1e3 * cost.fixed_s:.1f} ms + {1e3 * cost.sample_s:.1f} ms a sample;")
    print(
        f"reading {1e3 * cost.load_s:.1f} ms a sample; all-reduce of {cost.reduced_bytes:,} bytes in {cost.calls} calls"
    )
    print(f"a model, not a measurement, for {given.gigabytes_per_s:g} GB/s and {given.latency_us:g} us:\n")
    print(table(cost, opt.batchSize))
    return 0


if __name__ == "__main__":
    finish("cluster_cost.py", lambda: main(sys.argv[1:]))
