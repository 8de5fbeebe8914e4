"""Exit 0 if this interpreter satisfies a requirements file, otherwise 1 with what is lacking on stderr.

    python scripts/requirements_met.py requirements.txt

Reads the packages' metadata and imports none of them, so that it takes a fraction of a second.
"""

import operator
import re
import sys
from importlib import metadata
from pathlib import Path

COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros: "2.11.0+cu126" -> (2, 11)."""
    numbers = [int(n) for n in re.match(r"\d+(?:\.\d+)*", version).group().split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def shortfall(line: str) -> str | None:
    """What is wrong with the installed package of one requirements line, None if nothing."""
    name, bounds = re.match(r"([\w.-]+)(.*)", line).groups()
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{line} (not installed)"
    for sign, version in re.findall(r"(>=|<=|==|!=|>|<)\s*([\w.+]+)", bounds):
        if not COMPARE[sign](release(installed), release(version)):
            return f"{line} (has {installed})"
    return None


def main(path: str) -> int:
    lines = [line.split("#")[0].strip() for line in Path(path).read_text().splitlines()]
    lacking = [found for line in lines if line and (found := shortfall(line))]
    if lacking:
        print(f"{sys.executable} lacks: {', '.join(lacking)}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
