"""Write a trained Shortcut block as a state dict that the published code loads.

python scripts/export_published.py checkpoints/NAME/latest_net_ShortcutV2V.pth OUT.pth
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.shortcut.checkpoint import from_checkpoint  # noqa: E402
from models.shortcut.official import to_published  # noqa: E402
from util import checkpoint  # noqa: E402
from util.runtime import finish  # noqa: E402


def export(source: Path, target: Path) -> int:
    """Read our checkpoint `source`, or a published one, and write `target` with the published keys."""
    state = checkpoint.load(source)
    block = from_checkpoint(state, state.get("teacher", ""), state.get("split", (0, 0)), {})
    if block.config["adabd_dilation"] != 1:
        raise ValueError(
            f"{source} has adabd_dilation {block.config['adabd_dilation']}; the published code only runs 1"
        )
    checkpoint.save(target, to_published(block))
    print(f"{target}: {len(to_published(block))} tensors under their published names")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="a checkpoint of a Shortcut block")
    parser.add_argument("target", type=Path, help="the file to write")
    given = parser.parse_args()
    return export(given.source, given.target)


if __name__ == "__main__":
    finish("export_published.py", main)
