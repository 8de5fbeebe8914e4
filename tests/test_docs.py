"""README and docs/ agree with the repository: their links, paths, commands, flags and the names in their tables."""

import os
import re
import shlex
import subprocess
from functools import cache
from itertools import product

import pytest
from torch.distributed.run import get_args_parser

from options.demo_options import DemoOptions
from options.export_options import ExportOptions
from options.fit_options import FitOptions
from options.test_options import TestOptions
from options.train_options import TrainOptions
from options.translate_options import TranslateOptions
from tests.helpers.docs import ROOT, code_blocks

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "checkpoints").glob("demo_*/README.md"))]
# What a command writes, or what users bring along, is not there in a fresh clone.
NOT_HERE = (
    "checkpoints/v2c_teacher",
    "checkpoints/ShortcutV2V",
    "checkpoints/vtoonify",
    "checkpoints/NAME",
    "docs/ablation",
)
IN_THE_REPOSITORY = re.compile(
    r"(models|data|options|scripts|util|examples|tests|docs|checkpoints)/|(train|test)\.py|requirements\S*\.txt"
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FLAG = re.compile(r"--[A-Za-z]\w*(?:-\w+)*")
PROGRAMS = {
    "train.py": TrainOptions,
    "test.py": TestOptions,
    "scripts/fit_refresh.py": FitOptions,
    "scripts/translate.py": TranslateOptions,
    "scripts/export_onnx.py": ExportOptions,
    "scripts/demo.sh": DemoOptions,
}


def name(path):
    return path.relative_to(ROOT).as_posix()


def read(path):
    return path.read_text(encoding="utf-8")


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(read(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def alternatives(text):
    """a{b,c}d -> abd, acd."""
    parts = re.split(r"\{([^}]*)\}", text)
    return ["".join(chosen) for chosen in product(*(p.split(",") if i % 2 else [p] for i, p in enumerate(parts)))]


def is_there(path):
    """Whether a path exists below the root; <x> and * stand for anything."""
    pattern = re.sub(r"<[^>]*>", "*", path.rstrip("/"))
    return any(ROOT.glob(pattern)) if "*" in pattern else (ROOT / pattern).exists()


def paths_in(text):
    """Paths of the repository that stand in backticks, alone or within a command."""
    words = [word for code in CODE.findall(without_code(text)) for word in re.split(r"[\s=]+", code)]
    words = [word.strip("\"'()[],;:").removesuffix("...") for word in words]
    found = [path for word in words if IN_THE_REPOSITORY.match(word) for path in alternatives(word)]
    return [path for path in found if "..." not in path and not path.startswith(NOT_HERE)]


def commands_in(text):
    """The command lines of the bash blocks, without their comments."""
    lines = [line for block in code_blocks(text, "bash") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@cache
def options_of(program):
    """The flags of a program of ours, with the negative form of switches."""
    return {flag for action in PROGRAMS[program]().parser()._actions for flag in action.option_strings}


@cache
def declared_in(source):
    """The flags that a script's own source declares or asks for: scripts have small parsers of their own."""
    folder = source.with_suffix("") if source.suffix == ".sh" else source
    files = [source, *(folder.glob("*.py") if folder.is_dir() else [])]
    return {flag for file in files for flag in FLAG.findall(read(file))}


@cache
def flags_of(script):
    """The flags that a script or program knows: its own, and those of the program that it runs."""
    if script in PROGRAMS:
        return options_of(script)
    path = ROOT / script
    if path.suffix != ".sh":
        return declared_in(path)
    env = {**os.environ, "PYTHON": "echo", "dataset_root": str(ROOT)}
    ran = subprocess.run(["bash", path], env=env, cwd=ROOT, capture_output=True, text=True).stdout.split()
    program = ran[0] if ran else ""
    return declared_in(path) | (options_of(program) if program in PROGRAMS else set())


@cache
def all_flags():
    scripts = [path for kind in ("*.sh", "*.py") for path in (ROOT / "scripts").rglob(kind)]
    others = [*scripts, *(ROOT / "data" / "samples").rglob("*.py"), *(ROOT / "examples").glob("*.py")]
    torchruns = {flag for action in get_args_parser()._actions for flag in action.option_strings}
    return torchruns.union(*map(options_of, PROGRAMS), *map(declared_in, others))


def test_the_readme_can_be_read_in_one_go():
    assert len(read(README).splitlines()) <= 220


def test_pages_are_found():
    assert {"README.md", "docs/method.md", "docs/extending.md"} <= {name(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(without_code(read(page))):
        target, _, anchor = link.partition("#")
        if target.startswith(("http:", "https:")):
            continue
        path = page.parent / target if target else page
        assert path.exists(), f"{link} does not exist"
        assert not anchor or anchor in anchors(path), f"{link}: {name(path.resolve())} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_exists(page):
    missing = [path for path in paths_in(read(page)) if not is_there(path)]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_runs_a_script_that_is_there_with_flags_that_it_knows(page):
    for words in commands_in(read(page)):
        if words[0] not in ("bash", "python") or words[1] == "-m":
            continue
        script = words[1]
        assert (ROOT / script).is_file(), f"{script} does not exist"
        flags = {word.split("=")[0] for word in words[2:] if word.startswith("--") and word != "--"}
        assert flags <= flags_of(script), f"{script} does not know {flags - flags_of(script)}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_module_that_is_run_exists(page):
    for module in re.findall(r"python -m ([\w.]+)", read(page)):
        path = ROOT / module.replace(".", "/")
        assert (path / "__main__.py").exists() or path.with_suffix(".py").exists(), f"no module {module}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_flag_is_known(page):
    text = without_code(read(page))
    flags = {flag for code in CODE.findall(text) if not code.startswith("pip") for flag in FLAG.findall(code)}
    added = "".join(code_blocks(read(page), "python"))  # docs/extending.md adds a flag and then names it
    unknown = {flag for flag in flags - {"--x", "--no-x", "--lambda_"} - all_flags() if flag[2:] not in added}
    assert not unknown


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "method.md"], ids=name)
def test_what_a_table_says_to_look_for_stands_in_the_file_it_names(page):
    rows = re.findall(r"^\|.*\| `([^`|]+)` \| ((?:`[^`|]+`(?:, )?)+) \|$", read(page), re.MULTILINE)
    assert len(rows) > 10
    for path, names in rows:
        for wanted in CODE.findall(names):
            assert re.search(rf"\b{re.escape(wanted)}\b", read(ROOT / path)), f"{path} has no {wanted}"
