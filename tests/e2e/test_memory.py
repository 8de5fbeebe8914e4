"""What an evaluation remembers must not depend on the length of a clip."""

import subprocess
import sys
from pathlib import Path

MEASURED = """
import torch
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from tests.helpers.tiny import block, teacher
from models.evaluation.cost import peak_memory_mb
from models.evaluation.baselines import BASELINES
from models.evaluation.evaluate import evaluate_clip, frame_contexts
from models.evaluation.metrics import METRICS, MetricResources
from util.runtime import prepare
from models.shortcut.inference import optimize
from models.evaluation.scores import Scores
from util.report.record import SHORTCUT, TEACHER

cpu, network = prepare(0, "-1"), teacher()
translators = {SHORTCUT: Translator(eager(network.for_inference(), optimize(block())), Every(3))}
metrics = {name: METRICS[name] for name in ("psnr", "warp_error", "flicker", "segmentation")}
resources = MetricResources(segment=lambda output: output[0, 0].mul(15).abs().byte().numpy())

def evaluate(length):
    frames = (torch.rand(1, 3, 64, 96) * 2 - 1 for _ in range(length))
    truth = lambda index: torch.zeros(64, 96, dtype=torch.uint8).numpy()
    scores = Scores(metrics, resources, [TEACHER, *BASELINES, SHORTCUT])
    contexts = frame_contexts("clip", frames, truth)
    for result in evaluate_clip(translators, network, contexts, scores, BASELINES, cpu):
        pass
    return peak_memory_mb(cpu)

evaluate(20)
print(evaluate(40), evaluate(440))
"""
FRAMES, FRAME_MB = 400, 3 * 64 * 96 * 4 / 2**20


def test_a_long_clip_takes_no_more_memory_than_a_short_one():
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr
    short, long = map(float, ended.stdout.split())
    assert long - short < FRAMES * FRAME_MB / 4  # one picture kept of every fourth frame would show
