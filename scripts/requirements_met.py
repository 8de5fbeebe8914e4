"""Exit with 0 if this interpreter satisfies a requirements file, otherwise with 1 and what it lacks on stderr.

    python scripts/requirements_met.py requirements.txt

Reads the metadata of packages and imports none of them except `packaging`, so it takes a fraction of a second.
"""

import sys
from importlib import metadata
from pathlib import Path

try:
    from packaging.requirements import Requirement
except ModuleNotFoundError:  # every requirements.txt of ours lists it
    sys.exit(f"{sys.executable} lacks: packaging (not installed), which checks the other requirements")

# Packages that hold the same modules as the required one.
SUBSTITUTES = {
    "opencv-python-headless": ["opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python"],
}


def shortfall(line: str) -> str | None:
    """What is wrong with the installed package of one line of a requirements file, None if nothing."""
    required = Requirement(line)
    if required.marker and not required.marker.evaluate():
        return None
    versions = [found for name in [required.name, *SUBSTITUTES.get(required.name, [])] if (found := installed(name))]
    if any(required.specifier.contains(version, prereleases=True) for version in versions):
        return None
    return f"{line} ({f'has {versions[0]}' if versions else 'not installed'})"


def installed(name: str) -> str | None:
    """Version of an installed package, None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def main(path: str) -> int:
    lines = [line.split("#")[0].strip() for line in Path(path).read_text().splitlines()]
    lacking = [found for line in lines if line and (found := shortfall(line))]
    if lacking:
        print(f"{sys.executable} lacks: {', '.join(lacking)}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
