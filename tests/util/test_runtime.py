import json
import os
import platform
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from util.runtime import (
    computes_bf16,
    finish,
    free_memory,
    machine,
    precision,
    prepare,
    trim_memory,
)

CPU = torch.device("cpu")
GLIBC = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="memory is kept and given back by glibc's own calls"
)


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_one_seed_is_one_sequence():
    prepare(7, "-1")
    first = draw()
    prepare(7, "-1")
    assert draw() == first
    prepare(8, "-1")
    assert all(a != b for a, b in zip(draw(), first, strict=True))


def test_minus_one_is_the_cpu():
    assert prepare(0, "-1") == CPU


def test_the_default_is_the_first_gpu_or_the_cpu():
    assert prepare(0, None) == (torch.device("cuda:0") if torch.cuda.is_available() else CPU)


def test_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"gpu_ids 99 asks for a GPU this machine lacks: it has \d+"):
        prepare(0, "99")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="needs a machine without Metal")
def test_metal_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="gpu_ids mps asks for Metal, which this machine or its PyTorch lacks"):
        prepare(0, "mps")


@pytest.mark.parametrize("ids", ["0,1", "cuda", "", "-2", "²"])
def test_anything_but_one_number_is_refused(ids):
    with pytest.raises(ValueError, match="one device only"):
        prepare(0, ids)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_an_explicit_gpu_is_never_replaced_by_the_cpu():
    with pytest.raises(ValueError, match="it has 0"):
        prepare(0, "0")


def test_of_several_processes_none_names_a_gpu(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert prepare(0, "-1") == CPU
    with pytest.raises(ValueError, match="gpu_ids 0 is one GPU for 2 processes: leave the flag out"):
        prepare(0, "0")


def test_machine_facts_are_plain_values():
    facts = machine()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["cores"] >= 1 and facts["cpu"] and facts["torch"] == torch.__version__
    assert (facts["gpu"] is not None) == torch.cuda.is_available()


PAGE_FAULTS = """
import resource, torch
from util.runtime import prepare

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

prepare(0, "-1")
for turn in range(40):
    if turn == 30:  # the heap has found its size
        before = faults()
    torch.ones(16 * 2**20 // 4)  # 16 MiB, 4096 pages
print(faults() - before)
"""


@GLIBC
def test_memory_that_was_used_before_comes_without_page_faults():
    ended = subprocess.run(
        [sys.executable, "-c", PAGE_FAULTS], capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2]
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) < 4096


def test_numbers_are_float32_unless_others_are_asked_for():
    assert precision("off", CPU) is None
    assert precision("bf16", CPU) == torch.bfloat16 and precision("fp16", CPU) == torch.float16


def test_auto_is_bf16_where_the_processor_multiplies_it():
    assert precision("auto", CPU) == (torch.bfloat16 if computes_bf16(CPU) else None)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="these are instructions of x86")
def test_the_processors_bf16_instructions_are_those_that_torch_sees():
    seen = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    assert computes_bf16(CPU) == seen


@GLIBC
def test_freed_memory_is_given_back():
    kept = [torch.ones(16 * 1024) for _ in range(2000)]  # 64 KiB each: too small to be given back one by one
    last = torch.ones(16 * 1024)  # and what lies above them in memory stays
    full = resident_mb()
    del kept
    trim_memory()
    assert resident_mb() < full - 100 and last.sum() > 0


def resident_mb():
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS:")).split()[1]) / 2**10


def fail(error):
    raise error


def test_the_status_of_a_program_is_its_exit_status():
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: 0)
    assert ended.value.code == 0


@pytest.mark.parametrize("error", [ValueError("bad"), FileNotFoundError("bad"), FloatingPointError("bad")])
def test_an_error_of_the_user_is_one_message_and_not_a_traceback(error):
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: fail(error))
    assert ended.value.code == "p: error: bad"


def test_an_error_of_ours_keeps_its_traceback():
    with pytest.raises(TypeError):
        finish("p", lambda: fail(TypeError("bug")))


def test_an_interrupt_is_status_130():
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: fail(KeyboardInterrupt()))
    assert ended.value.code == 130


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried 2 GiB")])
def test_used_up_memory_is_one_sentence_that_says_what_takes_less(error):
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: fail(error))
    assert ended.value.code.startswith("p: error: out of memory: ") and "--batchSize" in ended.value.code


def test_memory_that_the_machine_does_not_have_is_one_sentence():
    with pytest.raises(SystemExit) as ended:
        finish("p", lambda: torch.empty(2**55))
    assert ended.value.code.startswith("p: error: out of memory: ") and "\n" not in ended.value.code


def test_an_error_of_torch_that_is_not_of_memory_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="bug"):
        finish("p", lambda: fail(RuntimeError("bug")))


UNREAD = """
from util.runtime import finish

def program():
    for _ in range(10_000):
        print("a line that nobody reads")

finish("p", program)
"""


def test_an_output_that_nobody_reads_is_one_sentence():
    read_end, write_end = os.pipe()
    os.close(read_end)
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", UNREAD], stdout=write_end, stderr=subprocess.PIPE, text=True, cwd=root
    )
    os.close(write_end)
    assert ended.returncode == 1 and ended.stderr == "p: error: [Errno 32] Broken pipe\n"


NAMES = """
import sys
from util.runtime import finish

def program():
    print("caf\\udce9 \\u732b")
    raise ValueError("no \\udce9 here")

finish("name.py", program)
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_name_of_any_bytes_is_told_in_any_locale(encoding):
    env = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"}
    ran = subprocess.run([sys.executable, "-c", NAMES], cwd=Path(__file__).parents[2], env=env, capture_output=True)
    assert ran.returncode == 1 and b"caf\\udce9" in ran.stdout
    assert ran.stderr.strip() == b"name.py: error: no \\udce9 here"


def test_an_error_of_ffmpeg_is_one_sentence(tmp_path):
    import av

    def program():
        with av.open(str(tmp_path / "a.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 17280, 16, "yuv420p"
            container.mux(stream.encode(av.VideoFrame(17280, 16, "yuv420p")))

    with pytest.raises(SystemExit) as ended:
        finish("name.py", program)
    assert str(ended.value.code).startswith("name.py: error: FFmpeg: ")


def test_free_memory_is_less_than_there_is():
    assert 0 < free_memory(CPU) < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
