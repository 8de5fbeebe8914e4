import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from models.evaluation.cost import count_extra, count_macs, count_params, latency, peak_memory_mb, saving
from models.ops.warp import warp
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from tests.helpers.tiny import SHAPE, vtoonify_block

X = torch.randn(2, 6, 9, 11)
COUNTED = {
    "convolution": (nn.Conv2d(6, 4, 3, padding=1), X, 2 * 4 * 6 * 9 * 9 * 11),
    "strided": (nn.Conv2d(6, 4, 3, padding=1, stride=2), X, 2 * 4 * 6 * 9 * 5 * 6),
    "grouped": (nn.Conv2d(6, 4, 3, padding=1, groups=2), X, 2 * 4 * 3 * 9 * 9 * 11),
    "transposed": (nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1), X, 2 * 4 * 6 * 9 * 9 * 11),
    "transposed grouped": (nn.ConvTranspose2d(6, 4, 3, stride=2, groups=2), X, 2 * 4 * 3 * 9 * 9 * 11),
    "linear": (nn.Linear(5, 7), torch.randn(3, 4, 5), 3 * 4 * 5 * 7),
    "linear on a vector": (nn.Linear(5, 7), torch.randn(5), 5 * 7),
    "linear without bias on a vector": (nn.Linear(5, 7, bias=False), torch.randn(5), 5 * 7),
    "element-wise": (nn.Sequential(nn.InstanceNorm2d(6), nn.ReLU(), nn.ReflectionPad2d(2)), X, 0),
}
TABLE = torch.randn(8, 4)
EXTRA = {
    "bilinear reading": (lambda: warp(X, torch.zeros(2, 2, 9, 11), "cpu"), 4 * 2 * 6 * 9 * 11),
    "another size": (lambda: F.interpolate(X, size=(4, 5), mode="bilinear"), 4 * 2 * 6 * 4 * 5),
    "difference": (lambda: (X[:, :3] - X[:, 3:]).abs(), 2 * 3 * 9 * 11),
    "weighted rows": (lambda: F.embedding_bag(torch.tensor([[0, 3], [2, 2], [7, 1]]), TABLE, mode="sum"), 4 * 3 * 4),
    "gathered corners": (lambda: sum(TABLE.gather(0, torch.zeros(5, 4).long()) for _ in range(4)), 4 * 5 * 4),
    "convolution": (lambda: nn.Conv2d(6, 4, 3)(X), 0),
    "nothing": (lambda: None, 0),
}
IMPORTS_LATE = """
import torch
from models.evaluation.cost import count_macs

def fn():
    from torchvision.ops import deform_conv2d
    return deform_conv2d(torch.ones(1, 3, 5, 6), torch.zeros(1, 18, 5, 6), torch.ones(4, 3, 3, 3), padding=1)

print(count_macs(fn))
"""
# Where memory is kept (`runtime.keep_memory`), as any test before may have asked for, none is given back.
COUNTS_ANEW = """
import torch
from models.evaluation.cost import peak_memory_mb, restart_peak_memory_mb

cpu = torch.device("cpu")
torch.ones(40 * 2**20)  # 160 MiB that are given back
print(peak_memory_mb(cpu), restart_peak_memory_mb(), peak_memory_mb(cpu))
"""


@pytest.mark.parametrize(("module", "x", "macs"), COUNTED.values(), ids=COUNTED)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_macs_are_exact(module, x, macs, mode):
    with mode():
        assert count_macs(module, x) == macs


@pytest.mark.parametrize(
    ("a", "b", "macs"),
    [((3, 4), (4, 5), 60), ((2, 3, 4), (2, 4, 5), 120), ((2, 3, 4), (4, 5), 120), ((3, 4), (4,), 12), ((4,), (4,), 4)],
)
def test_macs_of_matrix_products_are_exact(a, b, macs):
    assert count_macs(torch.matmul, torch.randn(a), torch.randn(b)) == macs


@pytest.mark.parametrize("bias", [None, torch.zeros(4)], ids=["no bias", "bias"])
@pytest.mark.parametrize("mask", [None, torch.ones(2, 18, 5, 6)], ids=["no mask", "mask"])
def test_macs_of_a_deformable_convolution_are_exact(bias, mask):
    from torchvision.ops import deform_conv2d

    weight, offset = torch.randn(4, 3, 3, 3), torch.zeros(2, 36, 5, 6)  # two groups, two offset groups
    macs = count_macs(lambda: deform_conv2d(X, offset, weight, bias, stride=2, padding=1, mask=mask))
    assert macs == 2 * 4 * 3 * 9 * 5 * 6


def test_an_operator_that_is_imported_only_while_it_is_counted_is_counted():
    assert in_a_fresh_process(IMPORTS_LATE).strip() == str(4 * 3 * 9 * 5 * 6)


def in_a_fresh_process(code):
    root = Path(__file__).resolve().parents[3]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_look_up_costs_nothing_and_a_second_run_costs_again():
    table, index, weights = torch.randn(8, 4), torch.tensor([[0, 3], [2, 2]]), torch.rand(2, 2)
    look_up = lambda: F.embedding_bag(index, table, mode="sum", per_sample_weights=weights)  # noqa: E731
    assert count_macs(look_up) == 0
    layer = nn.Linear(4, 4)
    assert count_macs(lambda x: layer(layer(x)), table) == 2 * 8 * 16


@pytest.mark.parametrize(("call", "extra"), EXTRA.values(), ids=EXTRA)
def test_interpolation_and_comparison_are_counted_apart(call, extra):
    assert count_extra(call) == extra
    assert extra == 0 or count_macs(call) == 0


def test_every_tap_of_a_deformable_convolution_reads_every_channel():
    from torchvision.ops import deform_conv2d

    weight, offset = torch.randn(4, 3, 3, 3), torch.zeros(2, 36, 5, 6)  # two groups, two offset groups
    assert count_extra(lambda: deform_conv2d(X, offset, weight, stride=2, padding=1)) == 4 * 2 * 5 * 6 * 6 * 9


@pytest.mark.parametrize("form", BLOCKS)
def test_a_block_interpolates_as_much_whatever_computes_it(form):
    a_ref, a_cur, f_ref = torch.randn(3, 1, 8, 8, 12)
    counts = set()
    for backend in ("reference", "cpu", "torchvision"):
        fast = optimize(BLOCKS[form](**SHAPE), backend)
        counts.add(count_extra(fast, fast.prepare(a_ref, f_ref, torch.randn(1, 3, 16, 24)), a_cur))
    full, half, taps = 8 * 12, 4 * 6, 9
    adabd, halved = 4 * full * 8 * taps, 4 * half * 8  # which both forms do
    if form == "published":
        others = 4 * half * 2 * 8 + 4 * full * 2 * 8  # the moved maps, read at half resolution and enlarged
    else:
        levels = (1 * 2, 2 * 3, half, half)  # pixels that each pass of the matching compares
        costs = sum(n * 8 * 9 + n * 8 for n in levels)  # nine shifts, and the mean of |a|
        moves = 4 * 8 * sum(levels[1:]) + 4 * 2 * sum(levels[1:3])  # the reference moved, and how far
        coarse = 4 * half * 8 + 4 * 2 * full + 4 * full * 8  # what the global offset sees; it enlarged; a' moved
        others = costs + moves + coarse + 4 * full * 8  # and the late features
    assert counts == {adabd + halved + others}


def test_an_image_among_the_features_is_moved_by_what_computes_the_rest():
    a_ref, a_cur = torch.randn(2, 1, 4, 8, 12)
    counts = set()
    for backend in ("reference", "cpu", "torchvision"):
        fast = optimize(vtoonify_block(), backend)
        counts.add(count_extra(fast, fast.prepare(a_ref, torch.randn(1, 7, 8, 12)), a_cur))
    assert len(counts) == 1


def test_counting_keeps_no_graph_and_returns_an_int():
    layer, seen = nn.Linear(4, 4), []
    assert isinstance(count_macs(lambda x: seen.append(layer(x)), torch.randn(1, 4)), int)
    assert not seen[0].requires_grad


def test_shared_parameters_count_once():
    shared, other = nn.Linear(3, 4), nn.Linear(4, 4, bias=False)
    assert count_params(nn.Sequential(shared, other), shared) == 16 + 16


def test_savings_of_the_published_numbers():
    found = saving(teacher=70_110, skipped=13_920, reference=70_110, interval=3)
    assert found == {"skipped": pytest.approx(5.04, abs=0.005), "amortised": pytest.approx(2.15, abs=0.005)}
    assert saving(10, 2, 10, interval=1)["amortised"] == 1
    with pytest.raises(ValueError, match="interval must be at least 1, got 0"):
        saving(10, 2, 10, interval=0)


def test_latency_cases_take_turns_and_the_device_is_idle_at_every_reading():
    calls = []
    cases = {name: lambda name=name: calls.append(name) for name in ("teacher", "skipped")}
    times = latency(cases, repeats=3, warmup=1, synchronize=lambda: calls.append("wait"))
    assert calls == ["wait", "teacher", "wait", "wait", "skipped", "wait"] * 4
    assert list(times) == ["teacher", "skipped"]
    assert all(0 <= t["median"] <= t["p95"] for t in times.values())


def test_latency_ignores_the_warm_up_and_takes_the_middle(monkeypatch):
    ticks = iter([0, 9, 10, 10.001, 20, 20.003, 30, 30.002])  # seconds: one slow warm-up call, then 1, 3 and 2 ms
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    times = latency({"a": lambda: None}, repeats=3, warmup=1)
    assert times["a"] == {"median": pytest.approx(2), "p95": pytest.approx(2.9)}


def test_latency_needs_a_repeat():
    with pytest.raises(ValueError, match="at least 1 repeat, got 0"):
        latency({"a": lambda: None}, repeats=0, warmup=2)


def test_peak_memory_lies_between_what_is_used_now_and_the_kernels_own_account():
    resource = pytest.importorskip("resource")
    peak = peak_memory_mb(torch.device("cpu"))
    pages = Path("/proc/self/statm")
    now = int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20 if pages.is_file() else 1
    unit = 2**20 if sys.platform == "darwin" else 2**10
    assert 0.98 * now <= peak <= 1.02 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@pytest.mark.skipif(sys.platform != "linux", reason="peaks can be counted anew on Linux only")
def test_the_peak_of_memory_can_be_counted_anew():
    peak, before, after = map(float, in_a_fresh_process(COUNTS_ANEW).split())
    assert before < peak - 100 and after < peak - 100
