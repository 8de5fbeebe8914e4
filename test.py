"""Translate clips with a teacher and its Shortcut block; measure quality, cost and speed; write videos and figures."""

import sys
from pathlib import Path

import torch
from tqdm import tqdm

from data import unused_files
from data.faces.clips import write_whole_frames
from models.evaluation import cost
from models.evaluation.evaluate import evaluate
from models.evaluation.metrics import describe_figures
from models.evaluation.pipeline_cost import measure_latency
from models.evaluation.record import FrameTable, run_figures
from options.build.test_setup import TestSetup, found_clips, new_test_setup
from options.build.videos import evaluation_clips, results_dir, time_whole_videos
from options.record import Options, describe
from options.test_options import TestOptions, chosen_clips
from util import log, runtime
from util.report.page import write_page
from util.report.record import write_run
from util.report.text import table
from util.report.verdict import sentence, verdict, warnings
from util.runtime import finish


def translate(opt: Options) -> int:
    """Translate the clips that the options name; README's "Install and run" lists the files that it writes."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    chosen, how_many = chosen_clips(opt)
    clips, faces = found_clips(opt, chosen)
    print(describe(opt), *unused_files(opt.layout, Path(opt.dataroot), opt.split), sep="\n")
    if not clips:
        print(f"no face in any of {len(faces)} clips: written as they are to {folder}")
        if not opt.dry_run:
            with results_dir(opt, folder):
                write_whole_frames(faces, folder, opt.fps, opt.max_frames, tell=log.once(print))
        return 0
    setup = new_test_setup(opt, clips, faces, device)
    read = {"clips": how_many, **({"faces": len(clips)} if faces else {})}
    facts = {"device": device, **read, "size": "{}x{}".format(*setup.size), "results": folder, **setup.costs}
    facts |= {"runtime": setup.runtime, "methods": setup.scores.methods, "metrics": list(setup.metric_setup.metrics)}
    print(log.facts(facts), *setup.notes, *warnings(setup.costs["macs"]), sep="\n")
    if not opt.dry_run:
        with results_dir(opt, folder):
            run_test(opt, setup, folder, device)
    return 0


def run_test(opt: Options, setup: TestSetup, folder: Path, device: torch.device) -> None:
    """Translate and measure; videos, frames.csv, metrics.json and the page go to `folder`."""
    latency_ms = measure_latency(setup.teacher, setup.translator, setup.x, opt.latency_repeats)
    streams = time_whole_videos(opt, setup, latency_ms["teacher"]["median"]) if opt.verdict else {}
    runtime.trim_memory()  # a teacher that was timed as published needs more than any frame after it
    tell = log.once(tqdm.write)  # above the bar
    with FrameTable(folder / "frames.csv", setup.scores.columns()) as rows:
        clips, teacher = evaluation_clips(opt, setup, folder, tell), setup.teacher if opt.compare else None
        stream_ms = evaluate(clips, teacher, setup.scores, device, rows.add)
    if opt.paste:
        write_whole_frames(setup.faces, folder, opt.fps, opt.max_frames, setup.teacher.scale, tell)
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
        "options": vars(opt),
        "machine": {**runtime.machine(), "device": str(device)},
    }
    write_run(folder, record)
    print(f"\n{table(record)}\n\nvideos, frames.csv and metrics.json: {folder}")
    print(f"report page: {write_page(folder)}")
    truth = setup.metric_setup.truth
    for warning in truth.warnings() if truth else ():
        print(f"ground truth: {warning}")
    print(*warnings(setup.costs["macs"], latency_ms), f"\n{sentence(judged)}", sep="\n")


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])))
