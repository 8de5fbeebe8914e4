"""Translate clips with a teacher and its Shortcut block; measure quality, cost and speed; write videos and figures."""

import sys
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from data import Clip
from data.clip_writer import ClipWriter
from data.stream import frames, size_of
from models.evaluation import cost
from models.evaluation.evaluate import BASELINES, evaluate_clip, frame_contexts
from models.evaluation.frame_table import FrameTable
from models.evaluation.method_cost import method_cost
from models.evaluation.metrics import describe_figures
from options.build.faces import Portrayed, write_whole_frames
from options.build.test_setup import TestSetup, found_clips, known_interval, new_test_setup
from options.build.timing import measure_latency, measure_streams
from options.record import Options, describe, save
from options.test_options import TestOptions
from util import log, runtime
from util.files import prepare_folder
from util.program import finish
from util.report.methods import SHORTCUT, TEACHER
from util.report.page import PAGE, write_page
from util.report.record import write_run
from util.report.text import table
from util.report.verdict import sentence, verdict, warnings


def translate(opt: Options) -> int:
    """Translate the clips that the options name; results as README's "Results" says."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    clips, faces = found_clips(opt)
    print(describe(opt))
    if not clips:
        copy_faceless_videos(opt, faces, folder)
        return 0
    setup = new_test_setup(opt, clips, faces, device)
    shown = {
        "device": device,
        "clips": len(clips),
        "size": "{}x{}".format(*setup.size),
        "results": folder,
        **setup.costs,
    }
    chosen = {"runtime": setup.chosen, "methods": setup.scores.methods, "metrics": list(setup.metric_setup.metrics)}
    print(log.facts({**shown, **chosen}), *setup.notes, *warnings(setup.costs["macs"]), sep="\n")
    if not opt.dry_run:
        run_test(opt, setup, folder, device)
    return 0


def copy_faceless_videos(opt: Options, faces: Sequence[Portrayed], folder: Path) -> None:
    """Write videos without a face as they are."""
    print(f"no face in any of {len(faces)} clips: written as they are to {folder}")
    if not opt.dry_run:
        prepare_results_dir(opt, folder)
        write_whole_frames(opt, faces, folder)


def prepare_results_dir(opt: Options, folder: Path) -> None:
    """`folder`, ready for the results of this run."""
    prepare_folder(folder)
    for name in ("metrics.json", PAGE):
        (folder / name).unlink(missing_ok=True)  # so that it never stands beside videos of another run
    save(opt, folder / "options.yaml")


def run_test(opt: Options, setup: TestSetup, folder: Path, device: torch.device) -> None:
    """Translate and measure; videos, frames.csv, metrics.json and the page go to `folder`."""
    prepare_results_dir(opt, folder)
    latency_ms = measure_latency(opt, setup)
    streams = measure_streams(opt, setup, latency_ms) if opt.verdict else {}
    runtime.trim_memory()  # a teacher that was timed as published needs more than any frame after it
    stream_ms = run(opt, setup, folder, device)
    if opt.paste:
        write_whole_frames(opt, setup.faces, folder, setup.teacher.scale)
    measured = figures(opt, setup, latency_ms)
    judged = verdict(latency_ms, streams, measured["quality"], measured["baselines"])
    record = {
        **measured,
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


def run(opt: Options, setup: TestSetup, folder: Path, device: torch.device) -> array:
    """Translate every clip, write its video and rows, fill the scores; the ms of each frame's step."""
    stream_ms, scores = array("d"), setup.scores
    baselines = {name: baseline for name, baseline in BASELINES.items() if name in scores.methods}
    compared = setup.teacher if opt.compare else None
    with FrameTable(folder / "frames.csv", scores.columns()) as rows, progress(opt, setup.clips) as bar:
        for clip in setup.clips:
            bar.set_postfix_str(clip.name)
            size = size_of(clip, opt.fine_size)
            shown, large = setup.translators.of(size), setup.enlarged(size)
            truth = setup.metric_setup.truth_of(clip, large, opt.max_frames)
            contexts = frame_contexts(
                clip.name, frames(clip, opt.fine_size, opt.max_frames), truth, setup.face_parts(clip)
            )
            with ClipWriter(folder, clip, large, opt.fps, opt.compare, opt.save_image, opt.inside) as output:
                for result in evaluate_clip(shown, compared, contexts, scores, baselines, device):
                    inside = shown[SHORTCUT].explain() if opt.inside else None
                    output.write(result.index, result.input, result.output, result.target, inside)
                    rows.add(clip.name, result)
                    stream_ms.append(result.ms)
                    bar.update()
    return stream_ms


def figures(opt: Options, setup: TestSetup, latency_ms: Mapping[str, Mapping[str, float]]) -> dict[str, dict]:
    """The record's figures of all frames. Where frames decide when to refresh, savings are those of the frames seen."""
    scores, macs = setup.scores, setup.costs["macs"]
    count = scores.frames()
    interval = setup.chosen["max_interval"] if known_interval(opt) else count["total"] / count["reference"]
    saving = cost.saving(macs["teacher"], macs["skipped"], macs["reference"], interval)
    quality = {method: scores.figures(method) for method in scores.methods}
    return {
        "figures": describe_figures(setup.metric_setup.metrics),
        "quality": quality.pop(SHORTCUT),
        "teacher": quality.pop(TEACHER, {}),
        "baselines": quality,
        "cost": {**setup.costs, "saving": saving, "methods": method_cost(scores, macs, latency_ms)},
        "frames": count,
        "runtime": {**setup.chosen, "interval": interval},
    }


def progress(opt: Options, clips: list[Clip]) -> tqdm:
    """A bar over all frames; without an end where a video's length is not known beforehand."""
    known = all(clip.frames for clip in clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in clips]
    return tqdm(total=sum(lengths) if known else None, unit="frame", dynamic_ncols=True)


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])))
