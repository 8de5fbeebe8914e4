"""Translate clips with a teacher and its Shortcut block; measure quality, cost and speed; write videos and figures."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import torch
from tqdm import tqdm

from data import unused_files
from data.faces.clips import write_whole_frames
from models.evaluation import cost
from models.evaluation.evaluate import evaluate
from models.evaluation.metrics import describe_figures
from models.evaluation.pipeline_cost import measure_latency
from models.evaluation.record import FrameTable, join_tables, run_figures
from options.build.test_setup import TestSetup, found_clips, new_test_setup
from options.build.videos import evaluation_clips, results_dir, time_whole_videos
from options.record import Options, describe
from options.test_options import TestOptions, chosen_clips
from util import distributed, exchange, log, runtime
from util.report.page import write_page
from util.report.record import write_run
from util.report.text import table
from util.report.verdict import sentence, verdict, warnings
from util.runtime import finish

FRAMES = "frames.csv"
PATIENCE = timedelta(days=1)  # for the process with the longest clips


def translate(opt: Options) -> int:
    """Translate the clips that the options name; README's "Install and run" lists the files that it writes."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    distributed.start(PATIENCE)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    chosen, how_many = chosen_clips(opt)
    clips, faces = found_clips(opt, chosen)
    print(describe(opt), *unused_files(opt.layout, Path(opt.dataroot), opt.split), sep="\n")
    if not clips:
        print(f"no face in any of {len(faces)} clips: written as they are to {folder}")
        if not opt.dry_run and distributed.is_main():
            with results_dir(opt, folder):
                write_whole_frames(faces, folder, opt.fps, opt.max_frames, tell=log.once(print))
        return 0
    setup = new_test_setup(opt, clips, faces, device)
    read = {"clips": how_many, **({"faces": len(clips)} if faces else {})}
    facts = {"device": device, **read, "size": "{}x{}".format(*setup.size), "results": folder, **setup.costs}
    facts |= {"runtime": setup.runtime, "methods": setup.scores.methods, "metrics": list(setup.metric_setup.metrics)}
    print(log.facts(facts), *setup.notes, *warnings(setup.costs["macs"]), sep="\n")
    if not opt.dry_run:
        with ExitStack() as stack:
            exchange.from_main(lambda: stack.enter_context(results_dir(opt, folder)))
            run_test(opt, setup, folder, device)
    return 0


def run_test(opt: Options, setup: TestSetup, folder: Path, device: torch.device) -> None:
    """Translate and measure; videos, frames.csv, metrics.json and the page go to `folder`.

    Several processes share out the clips. The main one takes all times, and writes what is about all clips.
    """
    latency_ms, streams = exchange.from_main(lambda: take_times(opt, setup))
    runtime.trim_memory()  # a teacher that was timed as published needs more than any frame after it
    tables, file = frame_tables(folder), None if distributed.is_main() else sys.stderr  # the others have no stdout
    tell = log.once(partial(tqdm.write, file=file))  # above the bar
    with FrameTable(tables[distributed.rank()], setup.scores.columns()) as rows:
        clips, teacher = evaluation_clips(opt, setup, folder, tell), setup.teacher if opt.compare else None
        stream_ms = evaluate(clips, teacher, setup.scores, device, rows.add)
    setup.scores.collect()
    if truth := setup.metric_setup.truth:
        truth.collect()
    if not distributed.is_main():
        return
    if len(tables) > 1:
        join_tables(tables, [clip.name for clip in setup.clips], folder / FRAMES)
    if opt.paste:
        write_whole_frames(setup.faces, folder, opt.fps, opt.max_frames, setup.teacher.scale, tell)
    report(opt, setup, folder, latency_ms, streams, stream_ms)


def take_times(opt: Options, setup: TestSetup) -> tuple[dict, dict]:
    """The times of single frames and of whole videos, taken while nothing else runs."""
    latency_ms = measure_latency(setup.teacher, setup.translator, setup.x, opt.latency_repeats)
    return latency_ms, time_whole_videos(opt, setup, latency_ms["teacher"]["median"]) if opt.verdict else {}


def frame_tables(folder: Path) -> list[Path]:
    """The tables of frames that the processes write, by rank; of one process, the whole one."""
    if not distributed.is_parallel():
        return [folder / FRAMES]
    return [folder / f"{FRAMES}.{rank}" for rank in range(distributed.world_size())]


def report(
    opt: Options, setup: TestSetup, folder: Path, latency_ms: dict, streams: dict, stream_ms: Sequence[float]
) -> None:
    """Write metrics.json and the page; print the table and the verdict."""
    device = setup.x.device
    figures = run_figures(setup.scores, setup.costs, latency_ms, setup.interval, setup.runtime)
    judged = verdict(latency_ms, streams, figures["quality"], figures["baselines"])
    record = {
        "figures": describe_figures(setup.metric_setup.metrics),
        **figures,
        "verdict": judged,
        "latency_ms": {**latency_ms, "stream": cost.typical(stream_ms)},
        "peak_memory_mb": cost.peak_memory_mb(device),
        "size": setup.size,
        "checkpoints": setup.identities,
        "task": opt.task,
        "options": vars(opt),
        "changed": opt.changed,
        "machine": {**runtime.machine(), "device": str(device), "processes": distributed.world_size()},
    }
    write_run(folder, record)
    print(f"\n{table(record)}\n\nvideos, frames.csv and metrics.json: {folder}")
    print(f"report page: {write_page(folder)}")
    print("to translate films without measuring, with their sound: bash scripts/translate.sh INPUT... -o OUT")
    truth = setup.metric_setup.truth
    for warning in truth.warnings() if truth else ():
        print(f"ground truth: {warning}")
    print(*warnings(setup.costs["macs"], latency_ms), f"\n{sentence(judged)}", sep="\n")


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])), parallel=True)
