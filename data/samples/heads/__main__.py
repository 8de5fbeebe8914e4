"""Draw the data set: python -m data.samples.heads [--root DIR]."""

import argparse
from pathlib import Path

from data.samples.heads.dataset import ensure


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the built-in talking heads.")
    parser.add_argument(
        "--root", type=Path, default=Path("datasets/heads"), help="folder to write to (default: %(default)s)"
    )
    print(ensure(parser.parse_args().root))


if __name__ == "__main__":
    main()
