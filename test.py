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
from models.evaluation.evaluate import BASELINES, evaluate_clip, scenes
from models.evaluation.frame_table import FrameTable
from models.evaluation.method_cost import method_cost
from options.build.faces import Portrayed, write_whole_frames
from options.build.test_setup import TestRun, found_clips, known_interval, new_test_run
from options.build.timing import measure_latency, measure_streams
from options.clip_options import chosen_clips
from options.record import Options, describe, save
from options.test_options import TestOptions
from util import log, runtime
from util.files import prepare_folder
from util.program import finish
from util.report.fill import write_page
from util.report.methods import OURS, TEACHER
from util.report.record import remove_results, write_run
from util.report.verdict import sentence, verdict, warnings
from util.tables import table


def translate(opt: Options) -> int:
    """Translate the clips that the options name; results as README's "Results" says."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    chosen, how_many = chosen_clips(opt)
    clips, faces = found_clips(opt, chosen)
    print(describe(opt))
    if not clips:
        pass_on(opt, faces, folder)
        return 0
    job = new_test_run(opt, clips, faces, device)
    read = {"clips": how_many, **({"faces": len(clips)} if faces else {})}
    shown = {"device": device, **read, "size": "{}x{}".format(*job.size), "results": folder, **job.costs}
    run_as = {"runtime": job.chosen, "methods": job.scores.methods, "metrics": list(job.measuring.metrics)}
    print(log.facts({**shown, **run_as}), *job.notes, *warnings(job.costs["macs"]), sep="\n")
    if not opt.dry_run:
        carry_out(opt, job, folder, device)
    return 0


def pass_on(opt: Options, faces: Sequence[Portrayed], folder: Path) -> None:
    """Write videos without a face as they are."""
    print(f"no face in any of {len(faces)} clips: written as they are to {folder}")
    if not opt.dry_run:
        begin(opt, folder)
        write_whole_frames(opt, faces, folder)


def begin(opt: Options, folder: Path) -> None:
    """`folder`, ready for the results of this run; those of an earlier one are gone, so that they never mix.

    Raises:
        ValueError: the clips lie among those results.
    """
    if Path(opt.dataroot).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"--dataroot {opt.dataroot} lies in {folder}, whose results are replaced: give another --name")
    remove_results(prepare_folder(folder))
    save(opt, folder / "options.yaml")


def carry_out(opt: Options, job: TestRun, folder: Path, device: torch.device) -> None:
    """Translate and measure; videos, frames.csv, metrics.json and the page go to `folder`."""
    begin(opt, folder)
    latency_ms = measure_latency(opt, job)
    streams = measure_streams(opt, job, latency_ms) if opt.verdict else {}
    runtime.trim_memory()  # a teacher that was timed as published needs more than any frame after it
    stream_ms = run(opt, job, folder, device)
    if opt.paste:
        write_whole_frames(opt, job.faces, folder, job.teacher.scale)
    measured = figures(opt, job, latency_ms)
    judged = verdict(latency_ms, streams, measured["quality"], measured["baselines"])
    record = {
        **measured,
        "verdict": judged,
        "latency_ms": {**latency_ms, "stream": cost.typical(stream_ms)},
        "peak_memory_mb": cost.peak_memory_mb(device),
        "size": job.size,
        "checkpoints": job.identities,
        "options": vars(opt),
        "machine": {**runtime.machine(), "device": str(device)},
    }
    write_run(folder, record)
    print(f"\n{table(record)}\n\nvideos, frames.csv and metrics.json: {folder}")
    print(f"report page: {write_page(folder)}")
    truth = job.measuring.truth
    for warning in truth.warnings() if truth else ():
        print(f"ground truth: {warning}")
    print(*warnings(job.costs["macs"], latency_ms), f"\n{sentence(judged)}", sep="\n")


def run(opt: Options, job: TestRun, folder: Path, device: torch.device) -> array:
    """Translate every clip, write its video and rows, fill the scores; the ms of each frame's step."""
    stream_ms, scores = array("d"), job.scores
    rivals = {name: baseline for name, baseline in BASELINES.items() if name in scores.methods}
    compared = job.teacher if opt.compare else None
    with FrameTable(folder / "frames.csv", scores.columns()) as rows, progress(opt, job.clips) as bar:
        for clip in job.clips:
            bar.set_postfix_str(clip.name)
            size = size_of(clip, opt.fine_size)
            shown, large = job.translators.of(size), job.enlarged(size)
            truth = job.measuring.truth_of(clip, large, opt.max_frames)
            shots = scenes(clip.name, frames(clip, opt.fine_size, opt.max_frames), truth, job.beside(clip))
            with ClipWriter(folder, clip, large, opt.fps, opt.compare, opt.save_image, opt.inside) as output:
                for result in evaluate_clip(shown, compared, shots, scores, rivals, device):
                    inside = shown[OURS].explain() if opt.inside else None
                    output.write(result.index, result.input, result.output, result.target, inside)
                    rows.add(clip.name, result)
                    stream_ms.append(result.ms)
                    bar.update()
    return stream_ms


def figures(opt: Options, job: TestRun, latency_ms: Mapping[str, Mapping[str, float]]) -> dict[str, dict]:
    """The record's figures of all frames. Where frames decide when to refresh, savings are those of the frames seen."""
    scores, macs = job.scores, job.costs["macs"]
    count = scores.frames()
    interval = job.chosen["max_interval"] if known_interval(opt) else count["total"] / count["reference"]
    saving = cost.saving(macs["teacher"], macs["skipped"], macs["reference"], interval)
    quality = {method: scores.figures(method) for method in scores.methods}
    return {
        "quality": quality.pop(OURS),
        "teacher": quality.pop(TEACHER, {}),
        "baselines": quality,
        "cost": {**job.costs, "saving": saving, "methods": method_cost(scores, macs, latency_ms)},
        "frames": count,
        "runtime": {**job.chosen, "interval": interval},
    }


def progress(opt: Options, clips: list[Clip]) -> tqdm:
    """A bar over all frames; without an end where a video's length is not known beforehand."""
    known = all(clip.frames for clip in clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in clips]
    return tqdm(total=sum(lengths) if known else None, unit="frame", dynamic_ncols=True)


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])))
