"""Translate clips with a teacher and its Shortcut block; measure quality, cost and speed; write videos and figures."""

import sys
from array import array
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from data import Clip, find_clips
from data.clip_writer import ClipWriter
from data.stream import frames, size_of
from models.stages import Stages
from models.teachers.base import Teacher
from options.build_faces import aligned_faces, portrayed, write_whole_frames
from options.build_metrics import Measuring, new_measuring
from options.build_runtime import Translators, describe_runtime
from options.build_style import face_style
from options.build_translation import frame_kinds, load_block, load_teacher, measure_cost
from options.metric_flags import REFRESHES, methods_of
from options.record import Options, describe, save
from options.test_options import TestOptions
from util import cost, image, log, runtime
from util.evaluation import BASELINES, evaluate_clip, scenes
from util.files import prepare_folder
from util.method_cost import method_cost
from util.page.fill import PAGE, write_page
from util.program import finish
from util.report import FrameTable, write_run
from util.scores import OURS, TEACHER, Scores
from util.tables import table

WARMUP = 3


def translate(opt: Options) -> int:
    """Translate the clips that the options name; results as README's "Results" says."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.how_many]
    found, seen = [], None
    if opt.scale_image or opt.style_encoder_path:
        found = portrayed(opt, clips)
        clips = [face for one in found for face in one.faces]
    if opt.style_encoder_path:
        seen = face_style(opt, aligned_faces(found))
    teacher, teacher_id = load_teacher(opt, device, seen)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    size = size_of(clips[0], opt.fine_size)
    translators = Translators(opt, teacher, block, block_id, device)
    translator, x = translators.of(size)[OURS], image.blank(size, device)
    # A spread refresh computes what one does that shows a prediction, only later.
    shown = "shortcut" if translator.spread else opt.refresh_output
    costs = measure_cost(teacher, block, x, translator.refresh.max_interval, shown, opt.deform_backend)
    chosen = describe_runtime(opt, translator, device)
    if not known_interval(opt):
        del costs["saving"]["amortised"]  # the clips will tell
    measuring = new_measuring(opt, clips, enlarged(size, teacher), device)
    methods = [*(name for name in methods_of(opt) if name not in REFRESHES), *translators.names]
    scores = Scores(measuring.metrics, measuring.needs, methods)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    facts = {"device": device, "clips": len(clips), "size": "{}x{}".format(*size), "results": folder}
    print(describe(opt))
    print(log.facts({**facts, **costs, "runtime": chosen, "methods": methods, "metrics": list(measuring.metrics)}))
    print(*measuring.notes, sep="\n", end="\n" if measuring.notes else "")
    if opt.dry_run:
        return 0

    prepare_folder(folder)
    for name in ("metrics.json", PAGE):
        (folder / name).unlink(missing_ok=True)  # so that it never stands beside videos of another run
    save(opt, folder / "options.yaml")
    latency_ms = measure_latency(translator.stages, teacher, x, opt.refresh_output, opt.latency_repeats)
    stream_ms = run(opt, clips, translators, teacher, measuring, scores, folder, device)
    if opt.paste:
        write_whole_frames(opt, found, folder, teacher.scale)
    record = {
        **figures(opt, scores, costs, chosen, latency_ms),
        "latency_ms": {**latency_ms, "stream": cost.typical(stream_ms)},
        "peak_memory_mb": cost.peak_memory_mb(device),
        "size": size,
        "checkpoints": {"teacher": teacher_id, "shortcut": block_id},
        "options": vars(opt),
        "machine": {**runtime.machine(), "device": str(device)},
    }
    write_run(folder, record)
    print(f"\n{table(record)}\n\nvideos, frames.csv and metrics.json: {folder}")
    print(f"report page: {write_page(folder)}")
    for warning in measuring.truth.warnings() if measuring.truth else ():
        print(f"ground truth: {warning}")
    return 0


def run(
    opt: Options,
    clips: list[Clip],
    translators: Translators,
    teacher: Teacher,
    measuring: Measuring,
    scores: Scores,
    folder: Path,
    device: torch.device,
) -> array:
    """Translate every clip, write its video and rows, fill `scores`; the ms of each frame's step."""
    stream_ms = array("d")
    rivals = {name: baseline for name, baseline in BASELINES.items() if name in scores.methods}
    compared = teacher if opt.compare else None
    with FrameTable(folder / "frames.csv", scores.columns()) as rows, progress(opt, clips) as bar:
        for clip in clips:
            bar.set_postfix_str(clip.name)
            size = size_of(clip, opt.fine_size)
            shown, large = translators.of(size), enlarged(size, teacher)
            truth = measuring.truth_of(clip, large, opt.max_frames)
            shots = scenes(clip.name, frames(clip, opt.fine_size, opt.max_frames), truth)
            with ClipWriter(folder, clip, large, opt.fps, opt.compare, opt.save_image, opt.inside) as output:
                for result in evaluate_clip(shown, compared, shots, scores, rivals, device):
                    output.write(result, shown[OURS].explain() if opt.inside else None)
                    rows.add(clip.name, result)
                    stream_ms.append(result.ms)
                    bar.update()
    return stream_ms


def figures(opt: Options, scores: Scores, costs: dict, chosen: dict, latency_ms: dict) -> dict[str, dict]:
    """The record's figures of all frames. Where frames decide when to refresh, savings are those of the frames seen."""
    count = scores.frames()
    interval = chosen["max_interval"] if known_interval(opt) else count["total"] / count["reference"]
    macs = costs["macs"]
    saving = cost.saving(macs["teacher"], macs["skipped"], macs["reference"], interval)
    quality = {method: scores.figures(method) for method in scores.methods}
    return {
        "quality": quality.pop(OURS),
        "teacher": quality.pop(TEACHER, {}),
        "baselines": quality,
        "cost": {**costs, "saving": saving, "methods": method_cost(scores, macs, latency_ms)},
        "frames": count,
        "runtime": {**chosen, "interval": interval},
    }


def enlarged(size: tuple[int, int], teacher: Teacher) -> tuple[int, int]:
    """Size of what the teacher makes of frames of this (width, height)."""
    width, height = size
    return teacher.scale * width, teacher.scale * height


def known_interval(opt: Options) -> bool:
    """Whether reference frames come at fixed intervals, whatever is seen."""
    return opt.refresh == "fixed" and opt.refresh_mode == "whole"


def measure_latency(
    stages: Stages, teacher: Teacher, x: Tensor, refresh_output: str, repeats: int
) -> dict[str, dict[str, float]]:
    """ms of single frames, measured in turn: name -> {"median", "p95"}.

    "teacher_eager" is the teacher as it was trained, "teacher" the same network run as the Shortcut's parts are.
    """
    reference, skipped = frame_kinds(stages, x, refresh_output)
    wait = torch.cuda.synchronize if x.is_cuda else None
    cases = {
        "teacher_eager": lambda: teacher(x),
        "teacher": lambda: stages.teacher(x),
        "reference": reference,
        "skipped": skipped,
    }
    with torch.no_grad():
        return cost.latency(cases, repeats, WARMUP, wait)


def progress(opt: Options, clips: list[Clip]) -> tqdm:
    """A bar over all frames; without an end where a video's length is not known beforehand."""
    known = all(clip.frames for clip in clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in clips]
    return tqdm(total=sum(lengths) if known else None, unit="frame", dynamic_ncols=True)


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])))
