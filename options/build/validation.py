"""From options to the figures of a block on validation clips."""

from collections.abc import Sequence
from pathlib import Path

import torch

from data import find_clips
from data.clips import Clip
from data.stream import frames
from models.evaluation.baselines import BASELINES
from models.evaluation.evaluate import evaluate_clip, frame_contexts
from models.evaluation.metrics import MetricResources, choose
from models.evaluation.scores import Scores
from models.shortcut import AnyBlock
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from options.record import Options
from util.report.record import SHORTCUT


def val_clips(opt: Options) -> list[Clip]:
    """Return the clips to validate on; none with --val_clips 0.

    Raises:
        FileNotFoundError: the dataset has no val split.
    """
    if not opt.val_clips:
        return []
    try:
        return find_clips(opt.layout, Path(opt.dataroot), "val")[: opt.val_clips]
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}\nvalidation needs a val split; --val_clips 0 switches it off") from error


def validate(
    opt: Options, clips: Sequence[Clip], teacher: Teacher, block: AnyBlock, device: torch.device
) -> tuple[dict[str, float], list[str]]:
    """Return figures, none if there was no skipped frame, and a line for each clip that could not be read.

    The figures are PSNR and SSIM on skipped frames, over all and per distance, and the PSNR of the baseline "reuse".
    "best" is the PSNR over all.
    """
    resources = MetricResources(device=device)
    baselines = {"reuse": BASELINES["reuse"]}
    scores, left_out = Scores(choose(["psnr", "ssim"], resources), resources, [SHORTCUT, *baselines]), []
    stages = eager(teacher.for_inference(), optimize(block, opt.deform_backend))
    translators = {SHORTCUT: Translator(stages, Every(opt.max_interval), opt.refresh_output)}
    for clip in clips:
        try:
            images = list(frames(clip, opt.fine_size, opt.val_frames))  # a clip with an unreadable frame counts nowhere
        except (ValueError, OSError) as error:
            left_out.append(f"validation leaves out clip {clip.name}: {error}")
        else:
            contexts = frame_contexts(clip.name, images)
            for _ in evaluate_clip(translators, teacher, contexts, scores, baselines, device):
                pass  # only the scores are wanted
    return (_figures(scores) if scores.frames()["skipped"] else {}), left_out


def _figures(scores: Scores) -> dict[str, float]:
    figures = {}
    for metric, values in scores.figures().items():
        figures[f"{metric}_skipped"] = values["skipped"]
        figures |= {f"{metric}_distance_{d}": value for d, value in values["per_distance"].items()}
    reuse = scores.figures("reuse")["psnr"]["skipped"]
    return {**figures, "reuse_psnr_skipped": reuse, "best": figures["psnr_skipped"]}
