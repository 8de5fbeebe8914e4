"""Draw the data set: python -m data.samples.street [--root DIR]."""

import argparse
from pathlib import Path

from data.samples.street.dataset import SPLITS, ensure


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the built-in sample: a procedural street drive.")
    parser.add_argument(
        "--root", type=Path, default=Path("datasets/sample"), help="folder to write to (default: %(default)s)"
    )
    parser.add_argument("--split", choices=SPLITS, help="draw this split only; a later call adds the other")
    given = parser.parse_args()
    print(ensure(given.root, splits=[given.split] if given.split else SPLITS))


if __name__ == "__main__":
    main()
