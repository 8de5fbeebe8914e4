"""Translate clips with a teacher and its Shortcut block; measure quality, cost and speed; write videos and figures."""

import sys
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from data import Clip, find_clips
from data.stream import fps_of, frames, size_of
from data.video_writer import VideoWriter
from models.shortcut.block import ShortcutBlock
from models.teachers.base import Teacher
from models.translator import Translator
from options.build_translation import frame_kinds, load_block, load_teacher, measure_cost
from options.record import Options, describe, save
from options.test_options import TestOptions
from util import cost, image, log, runtime
from util.evaluation import FrameResult, baselines, evaluate_clip
from util.files import prepare_folder
from util.metrics import available
from util.program import finish
from util.report import FrameTable, write_run
from util.scores import OURS, Scores
from util.tables import table

WARMUP = 3


def translate(opt: Options) -> int:
    """Translate the clips that the options name; results as README's "Results" says."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    teacher, teacher_id = load_teacher(opt, device)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.how_many]
    width, height = size_of(clips[0], opt.fine_size)
    x = torch.zeros(1, 3, height, width, device=device)
    costs = measure_cost(teacher, block, x, opt.max_interval, opt.refresh_output)
    folder = Path(opt.results_dir) / opt.name / f"{opt.phase}_{opt.which_epoch}"
    print(describe(opt))
    print(log.facts({"device": device, "clips": len(clips), "size": f"{width}x{height}", "results": folder, **costs}))
    if opt.dry_run:
        return 0

    prepare_folder(folder)
    (folder / "metrics.json").unlink(missing_ok=True)  # so that it never stands beside videos of another run
    save(opt, folder / "options.yaml")
    latency_ms = measure_latency(teacher, block, x, opt.refresh_output, opt.latency_repeats)
    translator = Translator(teacher, block, opt.max_interval, opt.refresh_output)
    scores = Scores(available())
    rivals = baselines() if opt.compare else {}
    with FrameTable(folder / "frames.csv", [OURS, *rivals], list(scores.metrics)) as rows, progress(opt, clips) as bar:
        for clip in clips:
            bar.set_postfix_str(clip.name)
            with ClipWriter(folder, clip, opt) as output:

                def on_frame(result: FrameResult, output: ClipWriter = output, name: str = clip.name) -> None:
                    output.write(result)
                    rows.add(name, result)
                    bar.update()

                shown = frames(clip, opt.fine_size, opt.max_frames)
                compared = teacher if opt.compare else None
                evaluate_clip(translator, compared, shown, scores, on_frame, rivals, device)

    record = {
        "quality": scores.quality(),
        "baselines": scores.baselines(),
        "cost": costs,
        "latency_ms": latency_ms,
        "peak_memory_mb": cost.peak_memory_mb(device),
        "frames": scores.frames(),
        "size": [width, height],
        "checkpoints": {"teacher": teacher_id, "shortcut": block_id},
        "options": vars(opt),
        "machine": {**runtime.machine(), "device": str(device)},
    }
    write_run(folder, record)
    print(f"\n{table(record)}\n\nvideos, frames.csv and metrics.json: {folder}")
    return 0


def measure_latency(
    teacher: Teacher, block: ShortcutBlock, x: Tensor, refresh_output: str, repeats: int
) -> dict[str, dict[str, float]]:
    """{"teacher", "reference", "skipped"} -> {"median", "p95"} ms of single frames, measured in turn."""
    reference, skipped = frame_kinds(teacher, block, x, refresh_output)
    wait = torch.cuda.synchronize if x.is_cuda else None
    with torch.no_grad():
        cases = {"teacher": lambda: teacher(x), "reference": reference, "skipped": skipped}
        return cost.latency(cases, repeats, WARMUP, wait)


def progress(opt: Options, clips: list[Clip]) -> tqdm:
    """A bar over all frames; without an end where a video's length is not known beforehand."""
    known = all(clip.frames for clip in clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in clips]
    return tqdm(total=sum(lengths) if known else None, unit="frame", dynamic_ncols=True)


class ClipWriter:
    """<clip>.mp4, input | teacher | shortcut side by side, and with --save_image the translated frames as PNG."""

    def __init__(self, folder: Path, clip: Clip, opt: Options):
        width, height = size_of(clip, opt.fine_size)
        panels = 3 if opt.compare else 2
        fps = fps_of(clip) or opt.fps
        self._video = VideoWriter(folder / f"{clip.name}.mp4", fps, (panels * width, height))
        self._images = prepare_folder(folder / "images" / clip.name) if opt.save_image else None
        self._name = clip.name

    def __enter__(self) -> "ClipWriter":
        self._video.__enter__()
        return self

    def write(self, result: FrameResult) -> None:
        panels = [panel[0] for panel in (result.input, result.target, result.output) if panel is not None]
        self._video.write(image.to_uint8(torch.cat(panels, dim=2)))
        if self._images:
            path = self._images / f"{self._name}_{result.index + 1:05d}.png"
            image.write_png(path, image.to_uint8(result.output[0]))

    def __exit__(self, *error: object) -> None:
        self._video.__exit__(*error)


if __name__ == "__main__":
    finish("test.py", lambda: translate(TestOptions().parse(sys.argv[1:])))
