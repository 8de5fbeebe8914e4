"""From options to figures on held-out clips."""

from collections.abc import Sequence
from pathlib import Path

import torch

from data import find_clips
from data.clips import Clip
from data.stream import frames
from models.evaluation import evaluate as evaluation
from models.evaluation.metrics import Needs, choose
from models.evaluation.scores import Scores
from models.shortcut import AnyBlock
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from options.record import Options
from util.report.methods import OURS


def val_clips(opt: Options) -> list[Clip]:
    """The clips to validate on.

    Raises:
        FileNotFoundError: there is no val split though validation is on.
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
    """Figures, empty when there was no skipped frame to judge; and a line for each clip that could not be read.

    PSNR and SSIM on skipped frames, over all and per distance, beside the PSNR of reusing the reference's output;
    "best" is the PSNR over all.
    """
    needs = Needs(device=device)
    rivals = {"reuse": evaluation.BASELINES["reuse"]}
    scores, left_out = Scores(choose(["psnr", "ssim"], needs), needs, [OURS, *rivals]), []
    stages = eager(teacher.for_inference(), optimize(block, opt.deform_backend))
    translators = {OURS: Translator(stages, Every(opt.max_interval), opt.refresh_output)}
    for clip in clips:
        try:
            shown = list(frames(clip, opt.fine_size, opt.val_frames))  # all before the first is judged: whole or not
        except (ValueError, OSError) as error:
            left_out.append(f"validation leaves out clip {clip.name}: {error}")
        else:
            shots = evaluation.scenes(clip.name, shown)
            for _ in evaluation.evaluate_clip(translators, teacher, shots, scores, rivals, device):
                pass  # the scores are all that is wanted
    return (_figures(scores) if scores.frames()["skipped"] else {}), left_out


def _figures(scores: Scores) -> dict[str, float]:
    figures = {}
    for metric, values in scores.figures().items():
        figures[f"{metric}_skipped"] = values["skipped"]
        figures |= {f"{metric}_distance_{d}": value for d, value in values["per_distance"].items()}
    reuse = scores.figures("reuse")["psnr"]["skipped"]
    return {**figures, "reuse_psnr_skipped": reuse, "best": figures["psnr_skipped"]}
