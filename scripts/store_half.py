"""Store the weights of a checkpoint as float16, in half the space; programs compute with them in float32.

python scripts/store_half.py checkpoints/NAME/latest_net_G_A.pth OUT.pth
"""

import argparse
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from util import checkpoint  # noqa: E402
from util.runtime import finish  # noqa: E402


def store(source: Path, target: Path) -> int:
    """Write `target` with the floating-point tensors of `source`, a teacher's state dict, rounded to float16.

    Raises:
        ValueError: a weight is too large for float16; nothing is written then.
    """
    weights = {key: value.half() if value.is_floating_point() else value for key, value in _tensors(source).items()}
    if too_large := [key for key, value in weights.items() if not value.isfinite().all()]:
        raise ValueError(f"{source}: no float16 can hold the weights of {', '.join(too_large[:4])}")
    checkpoint.save(target, weights)
    print(f"{target}: {len(weights)} tensors, {target.stat().st_size / 2**20:.1f} MiB")
    return 0


def _tensors(source: Path) -> dict[str, torch.Tensor]:
    state = checkpoint.load(source)
    if others := [key for key, value in state.items() if not isinstance(value, torch.Tensor)]:
        raise ValueError(f"{source} must be a state dict, which holds tensors alone, got also {', '.join(others[:4])}")
    return state


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a teacher's checkpoint")
    parser.add_argument("target", type=Path, help="the file to write")
    given = parser.parse_args()
    return store(given.source, given.target)


if __name__ == "__main__":
    finish("store_half.py", main)
