"""What VToonify costs at its published size, with and without a Shortcut: docs/profiling/vtoonify_cost.md and .json.

MACs are counted on the operators that run, on tensors without contents: no weights are needed. `--latency` measures
this machine, too, with random weights.
"""

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.evaluation import cost  # noqa: E402
from models.evaluation.pipeline_cost import frame_kinds, measure_cost  # noqa: E402
from models.shortcut.block import ShortcutBlock  # noqa: E402
from models.shortcut.inference import InferenceBlock, optimize  # noqa: E402
from models.shortcut.init import initialise  # noqa: E402
from models.streaming.stages import eager  # noqa: E402
from models.teachers.vtoonify.face_parsing import BiSeNet  # noqa: E402
from models.teachers.vtoonify.network import BACKBONES, PUBLISHED_WIDTH, VToonify  # noqa: E402
from models.teachers.vtoonify.teacher import CUTS, VToonifyTeacher, cut  # noqa: E402
from scripts.vtoonify_cost_table import markdown  # noqa: E402
from scripts.vtoonify_memory import beyond_weights  # noqa: E402
from util import runtime  # noqa: E402
from util.files import replacing, to_json  # noqa: E402

OUT = ROOT / "docs" / "profiling" / "vtoonify_cost"
SIZE, LARGE = 256, 400  # of frames; published crops of faces far from all borders have the latter
INTERVAL = 3
H_DIMS = (64, 32)
STEPS = (
    *("encoder, full size (head)", "encoder, 1/2 to 1/8", "residual blocks"),
    *("fusion at 1/8", "level 1/8 to 1/4", "fusion at 1/4", "level 1/4 to 1/2", "fusion at 1/2", "level 1/2 to 1"),
    *("fusion at full size", "level 1 to 2", "level 2 to 4"),
)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=int, default=0, metavar="N", help="time N frames of each kind (seconds each)")
    parser.add_argument("--out", type=Path, default=OUT, help="path of both files, without a suffix")
    memory = "measure what frames of 400 x 400 px need beyond the weights (Linux)"
    parser.add_argument("--memory", action="store_true", help=memory)
    given = parser.parse_args(argv)
    record = {
        "command": " ".join(["python scripts/vtoonify_cost.py", *argv]),
        "machine": runtime.machine(),
        "size": SIZE,
        "interval": INTERVAL,
        **counted(),
        "frames_timed": given.latency,
        "latency_ms": latency(given.latency) if given.latency else {},
        "memory": beyond_weights(networks, LARGE, INTERVAL) | {"size": LARGE} if given.memory else {},
    }
    for suffix, text in ((".json", to_json(record, indent=1) + "\n"), (".md", markdown(record))):
        with replacing(given.out.with_suffix(suffix)) as partial:
            partial.write_text(text)
    print(markdown(record))


def counted() -> dict[str, object]:
    """MACs and parameters of every backbone, split and width of the block, and of the face parsing."""
    with torch.device("meta"):
        x, parser = torch.zeros(1, 3, SIZE, SIZE), BiSeNet().eval()
        return {
            "parsing": {"macs": cost.count_macs(parser.parse, x), "params": cost.count_params(parser)},
            "steps": {backbone: step_macs(teacher(backbone), x) for backbone in BACKBONES},
            "cases": [case(b, split, h_dim, x) for b in BACKBONES for split in CUTS for h_dim in H_DIMS],
        }


def case(backbone: str, split: str, h_dim: int, x: Tensor) -> dict[str, object]:
    whole = teacher(backbone, split)
    figures = measure_cost(whole, block(whole, h_dim), x, INTERVAL, backend="cpu")
    return {"backbone": backbone, "split": split, "h_dim": h_dim, **figures}


def step_macs(whole: VToonifyTeacher, x: Tensor) -> dict[str, int]:
    """MACs of the steps from frame to picture, in order."""
    a = whole.head(x)
    macs, state = [cost.count_macs(whole.head, x)], a
    for step in list(whole.body)[:-1]:  # the last one only packs
        macs.append(cost.count_macs(step, state))
        state = step(state)
    for step in whole.tail:
        macs.append(cost.count_macs(step, state))
        state = step(state)
    return dict(zip(STEPS, macs, strict=True))


def latency(repeats: int) -> dict[str, dict[str, float]]:
    """ms of single frames on this machine's CPU, dualstylegan, split A, h_dim 64, random weights, in turn."""
    torch.manual_seed(0)
    x, parser = torch.rand(1, 3, SIZE, SIZE) * 2 - 1, BiSeNet().eval()
    whole = teacher(BACKBONES[0])
    fast, small = whole.for_inference(), optimize(block(whole, H_DIMS[0]))
    stages = eager(fast, small)
    reference, skipped = frame_kinds(stages, x)
    a = fast.head(x)
    f = fast.body(a)
    cases = {
        "teacher": lambda: whole(x),
        "teacher, inference form": lambda: stages.teacher(x),
        "reference frame": reference,
        "skipped frame": skipped,
        "head": lambda: fast.head(x),
        "tail": lambda: fast.tail(f, a),
        "face parsing": lambda: parser.parse(x),
    }
    with torch.no_grad():
        return cost.latency(cases, repeats, 1)


def networks() -> tuple[VToonifyTeacher, InferenceBlock]:
    """dualstylegan, split A, h_dim 64, random weights, in their inference forms, and no other copy of them."""
    whole = teacher(BACKBONES[0])
    return whole.for_inference(), optimize(block(whole, H_DIMS[0]))


@torch.no_grad()
def teacher(backbone: str, split: str = "A") -> VToonifyTeacher:
    network = VToonify(backbone)
    return cut(network.styled(torch.randn(18, PUBLISHED_WIDTH)), split)


def block(whole: VToonifyTeacher, h_dim: int) -> ShortcutBlock:
    late = {"f_ch": whole.f_channels, "image_ch": whole.image_channels}
    return initialise(ShortcutBlock(whole.a_channels, h_dim, **late)).eval()


if __name__ == "__main__":
    main(sys.argv[1:])
