"""How the C loops are compiled and kept, with the compiler of this machine or without one."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import torch

from models.ops import native_library
from models.ops.native_library import built, library

needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler: install gcc or clang")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of the user's, whose folder for libraries this returns."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    library.cache_clear()
    yield tmp_path / "shortcut_v2v"
    library.cache_clear()


def compiler(folder, body):
    """A command that answers --version and then runs `body`; it notes every other call in `folder`/calls."""
    script = folder / "compiler"
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo 1; exit; fi\necho called >> {folder}/calls\n{body}\n'
    )
    script.chmod(0o755)
    return str(script)


@needs_compiler
def test_it_is_compiled_once_into_a_folder_of_the_user_alone(cache):
    path = built()
    assert cache.stat().st_mode & 0o777 == 0o700 and [p.name for p in cache.iterdir()] == [path.name]
    made = path.stat().st_mtime_ns
    assert built() == path and path.stat().st_mtime_ns == made
    assert library() is library() and library().warp


@needs_compiler
def test_another_compiler_makes_another_library(cache, monkeypatch):
    first = built()
    monkeypatch.setenv("CC", "cc -g0")
    assert built() != first and len(list(cache.iterdir())) == 2


@needs_compiler
def test_without_openmp_the_loops_run_on_one_thread(tmp_path, cache, monkeypatch):
    refuse = 'case "$*" in *-fopenmp*) echo "error: no OpenMP" >&2; exit 1;; esac'
    monkeypatch.setenv("CC", compiler(tmp_path, f'{refuse}\nexec cc "$@"'))
    assert library().shift_costs and (tmp_path / "calls").read_text().count("called") == 2


def test_without_a_compiler_it_says_so_once_and_torch_computes(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.warns(UserWarning, match="slower ones of torch take their place.*'cc'") as said:
        assert library() is None and library() is None
    assert len(said) == 1 and not list(cache.parent.glob("shortcut_v2v/*"))


def test_a_failure_is_remembered_for_the_next_process(tmp_path, cache, monkeypatch):
    monkeypatch.setenv("CC", compiler(tmp_path, 'echo "native.c:1: error: no such header" >&2\nexit 3'))
    with pytest.raises(OSError, match="exit status 3: native.c:1: error: no such header"):
        built()
    calls = (tmp_path / "calls").read_text()
    (failure,) = cache.iterdir()
    with pytest.raises(OSError, match=f"no such header.*{failure} remembers this: delete it to try again"):
        built()
    assert (tmp_path / "calls").read_text() == calls


def test_a_compiler_may_print_any_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("CC", compiler(tmp_path, "printf 'error: \\377\\n' >&2\nexit 3"))
    with pytest.raises(OSError, match="exit status 3: error: \N{REPLACEMENT CHARACTER}"):
        built()


def test_a_cache_that_is_named_from_the_working_directory_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CC", compiler(tmp_path, 'while [ "$1" != -o ]; do shift; done\ntouch "$2"'))
    assert built().parent == tmp_path / ".cache" / "shortcut_v2v"


@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_that_others_can_enter_is_refused(cache, mode):
    cache.mkdir()
    cache.chmod(mode)
    with pytest.raises(OSError, match="no other can enter .mode 0700., got user"):
        built()
    assert not list(cache.iterdir())


def test_a_link_to_a_folder_is_refused(tmp_path, cache):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    cache.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="must be a folder of user"):
        built()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(cache):
    cache.mkdir(mode=0o700)
    os.chown(cache, 12345, -1)
    with pytest.raises(OSError, match="got user 12345"):
        built()


def test_what_does_not_load_gives_way_to_torch(cache, tmp_path, monkeypatch):
    made = 'while [ "$1" != -o ]; do shift; done\necho nonsense > "$2"'
    monkeypatch.setenv("CC", compiler(tmp_path, made))
    with pytest.warns(UserWarning, match="slower ones of torch take their place"):
        assert library() is None


def test_a_process_without_a_compiler_computes_the_same(tmp_path):
    code = """
        import torch
        from models.ops import choose
        from models.ops.warp import warp
        torch.manual_seed(0)
        image, by = torch.randn(1, 3, 5, 6), torch.randn(1, 2, 5, 6)
        assert choose("native", image.device) == "cpu"
        assert torch.equal(warp(image, by, "native"), warp(image, by, "reference"))
    """
    environment = {**os.environ, "PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("slower ones of torch take their place") == 1


def test_the_key_holds_the_sources(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("CC", compiler(tmp_path, 'while [ "$1" != -o ]; do shift; done\ntouch "$2"'))
    first = built()
    changed = tmp_path / "warp.c"
    changed.write_text("// another text")
    monkeypatch.setattr(native_library, "SOURCES", [changed])
    assert built() != first
    monkeypatch.setattr(native_library, "FLAGS", ("-O2",))
    assert len({first, built()}) == 2 and torch.is_tensor(torch.zeros(1))
