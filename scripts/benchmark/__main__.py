"""Time teacher and Shortcut: `bash scripts/benchmark.sh`."""

import argparse
import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import torch

from models.evaluation.precision import AUTO, PRECISIONS
from options.layers import from_caller
from scripts.benchmark.cases import CASES, DEFAULT, Case
from scripts.benchmark.drift import drift, read
from scripts.benchmark.profiling import profile_table
from scripts.benchmark.record import Effort, measure
from scripts.benchmark.table import markdown
from scripts.benchmark.variants import Variant, settled, variants
from util import runtime
from util.files import prepare_folder, replacing, to_json
from util.runtime import finish

ROOT = Path(__file__).resolve().parents[2]
FULL = Effort(repeats=20, warmup=2, stream=30, clip=30)
QUICK = Effort(repeats=2, warmup=0, stream=3, clip=3)


def main() -> int:
    given = parse(sys.argv[1:])
    device = runtime.prepare(0, given.gpu_ids)
    cases = [CASES[name] for name in given.case or DEFAULT]
    ways = variants(device, given.amp)
    if given.profile:
        for case in cases:
            way = announced(case, ways[0])
            print(f"## {case.name}: a skipped frame, {way.dtype}\n\n{profile_table(case, way)}\n")
        return 0
    before = read(given.compare) if given.compare else None
    path = given.out or ROOT / "docs" / "benchmarks" / f"{machine_name(device)}.json"
    prepare_folder(path.parent)
    entries = []
    for case, way in ((case, way) for case in cases for way in ways):
        entries.append(measure(case, announced(case, way), effort(given)))
    command = shlex.join(["bash", "scripts/benchmark.sh", *sys.argv[1:]])
    machine = {**runtime.machine(), "device": str(device)}
    record = {"machine": machine, "command": command, "cases": entries}
    print(f"\n{write(path, record)}\n{path}")
    if before:
        print(f"\n{drift(before, record, given.compare)}")
    return 0


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("--quick", action="store_true", help="few repeats: fast and rough")
    add("--case", action="append", choices=CASES, help=f"only this case, repeatable (default: {', '.join(DEFAULT)})")
    add(
        "--amp",
        action="append",
        choices=[*PRECISIONS, AUTO],
        help="only this precision, repeatable (default: off; GPU: all)",
    )
    add("--gpu_ids", help="-1 is the CPU (default: the first GPU, or the CPU if there is none)")
    add("--repeats", type=at_least_one, help=f"times of each stage (default: {FULL.repeats}, quick {QUICK.repeats})")
    add("--out", type=json_file, help="file to write, a table goes beside it (default: docs/benchmarks/<machine>.json)")
    add("--compare", type=json_file, metavar="OLD.json", help="show how every figure differs from an earlier file")
    add("--profile", action="store_true", help="only print where a skipped frame's time goes, by operator")
    given = parser.parse_args(argv)
    if given.profile and given.compare:
        parser.error("--profile measures nothing that --compare could show: give one of them")
    return given


def announced(case: Case, way: Variant) -> Variant:
    """`way` as it runs this case, told to who waits."""
    way, note = settled(way, case)
    print(*filter(None, [note]), f"{case.name} {way.dtype} {way.engine} ...", sep="\n", file=sys.stderr, flush=True)
    return way


def effort(given: argparse.Namespace) -> Effort:
    chosen = QUICK if given.quick else FULL
    return replace(chosen, repeats=given.repeats or chosen.repeats)


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def json_file(text: str) -> Path:
    if not text.endswith(".json"):
        raise argparse.ArgumentTypeError(f"must end in .json, got {text!r}")
    return Path(from_caller(text))


def machine_name(device: torch.device) -> str:
    """The processor measured and its host's cores: "intel-xeon-processor-2-cores"."""
    machine = runtime.machine()
    processor = machine["gpu"] if device.type == "cuda" else machine["cpu"]
    words = re.sub(r"\((r|tm)\)", "", processor.lower())
    return "-".join(re.findall("[a-z0-9]+", f"{words} {machine['cores']} cores"))


def write(path: Path, record: dict) -> str:
    """The record's Markdown, written beside the record itself."""
    text = markdown(record)
    for file, content in ((path, to_json(record, indent=2) + "\n"), (path.with_suffix(".md"), text)):
        with replacing(file) as partial:
            partial.write_text(content)
    return text


if __name__ == "__main__":
    finish("benchmark.sh", main)
