"""Train a generator of examples/generators.py on pairs of pictures; stop it at any time, it keeps what it has learned.

    python examples/train_generator.py unet unet.pth --pairs datasets/sample
    python examples/train_generator.py unet unet_256.pth --levels 8 --side 256 --steps 200000

<pairs>/train/A/* becomes <pairs>/train/B/*, which are paired in the order of their names. The loss is L1 alone, so
pictures are blurrier than those of pix2pix. It gives a generator to compress, which is what the tutorial needs.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from data import find_clips  # noqa: E402
from data.frames import read_frame, resize_or_trim  # noqa: E402
from examples.generators import ResNet, UNet  # noqa: E402
from util import checkpoint, runtime  # noqa: E402
from util.image import to_tensor  # noqa: E402
from util.runtime import finish  # noqa: E402
from util.signals import stop_signals  # noqa: E402

KINDS = {"unet": UNet, "resnet": ResNet}


def main() -> int:
    given = parse(sys.argv[1:])
    device = runtime.prepare(0, given.gpu_ids)
    generator = KINDS[given.kind](given.width, given.levels).to(device, memory_format=torch.channels_last)
    adam = torch.optim.Adam(generator.parameters(), lr=given.lr, betas=(0.5, 0.999), fused=True)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(adam, given.steps)
    batches, begun, total = pairs(given.pairs, given.side, given.batch), time.monotonic(), 0.0
    with stop_signals() as interrupted:
        for step in range(1, given.steps + 1):
            frame, target = (x.to(device) for x in next(batches))
            with torch.autocast(device.type, torch.bfloat16, enabled=given.amp == "bf16"):
                picture = generator(frame)
            loss = (picture - target).abs().mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            slower.step()
            total += loss.item()
            if step % given.print_freq == 0 or step == given.steps or interrupted:
                print(f"step {step}/{given.steps}  L1 {total / step:.4f}  {time.monotonic() - begun:.0f} s", flush=True)
                save(generator, given)
            if interrupted:
                break
    print(f"the generator: {given.out}")
    return 0


def pairs(root: Path, side: int, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Random batches (A, B), both [batch, 3, side, side] in [-1, 1], without end."""
    files = [[path for clip in find_clips(domain, root, "train") for path in clip.frames] for domain in ("v2l", "l2v")]
    together = list(zip(*files, strict=True))
    while True:
        chosen = [together[k] for k in torch.randint(len(together), (batch,)).tolist()]
        a, b = (torch.stack([square(path, side) for path in column]) for column in zip(*chosen, strict=True))
        yield a, b


def square(path: Path, side: int) -> Tensor:
    return to_tensor(resize_or_trim(read_frame(path), (side, side)))


def save(generator: torch.nn.Module, given: argparse.Namespace) -> None:
    weights = {key: value.cpu() for key, value in generator.state_dict().items()}
    checkpoint.save(given.out, {"width": given.width, "levels": given.levels, "weights": weights})


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("kind", choices=KINDS, help="what to train")
    add("out", type=Path, help="file of weights to write")
    add("--pairs", type=Path, default=Path("datasets/sample"), help="folder of the pairs (default %(default)s)")
    add("--width", type=int, default=64, help="channels of the first layer (default %(default)s)")
    add("--levels", type=int, default=7, help="levels of the U-Net, or blocks of the ResNet (default %(default)s)")
    add("--side", type=int, default=128, help="pixels per side (default %(default)s)")
    add("--batch", type=int, default=1, help="pairs per step (default %(default)s)")
    add("--steps", type=int, default=1000, help="(default %(default)s)")
    add("--print_freq", type=int, default=50, help="steps from one line, and one saved file, to the next (default 50)")
    add("--lr", type=float, default=2e-4, help="learning rate, falls to 0 along a cosine (default %(default)s)")
    add("--amp", choices=("off", "bf16"), default="off", help="bf16: half as many bits in the layers (default off)")
    add("--gpu_ids", help="-1 is the CPU (default: the first GPU, or the CPU if there is none)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    finish("train_generator.py", main)
