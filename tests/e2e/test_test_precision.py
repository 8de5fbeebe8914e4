"""test.py: number types and backends."""

import torch

from tests.helpers.programs import refused, translated
from tests.helpers.runs import translation
from util.runtime import fast_types


def test_half_precision_and_a_forced_operator_are_recorded(trained):
    record, _ = translated(trained, "bf16", "--amp", "bf16", "--deform_backend", "reference")
    assert record["runtime"]["dtype"] == "bfloat16" and record["runtime"]["deform_backend"] == "reference"


def test_auto_decides_on_the_first_frame_says_so_and_is_recorded(trained, capsys):
    record, _ = translated(trained, "auto", "--amp", "auto")
    dtype = record["runtime"]["dtype"]
    assert dtype in ("float32", "bfloat16") and record["options"]["amp"] == "auto"
    assert f"\n--amp auto: {dtype}; " in capsys.readouterr().out
    tried = record["runtime"].get("dtype_psnr_db", {})
    assert tried.keys() == {str(dtype).removeprefix("torch.") for dtype in fast_types(torch.device("cpu"))}
    assert all(found.keys() == {"teacher", "skipped"} for found in tried.values())
    assert (dtype == "bfloat16") == (bool(tried) and min(tried["bfloat16"].values()) >= 50)


def test_quality_in_half_precision_is_measured_against_the_float32_teacher(trained):
    record, rows = translated(trained, "against", "--amp", "bf16")
    shown = [float(row["shortcut_psnr"]) for row in rows if row["reference"] == "1"]
    assert all(20 < psnr < 90 for psnr in shown)  # bf16's own teacher would be met exactly, at 100 dB
    assert record["baselines"]["reuse"]["psnr"]["all"] > 0 and record["latency_ms"]["teacher"]["median"] > 0


def test_half_precision_that_a_cpu_has_not_is_refused(trained):
    assert "--amp fp16 needs a CUDA device" in refused(translation(trained, "--amp", "fp16"))


def test_a_product_that_an_operator_computes_twice_is_counted_twice(trained):
    macs = {}
    for backend in ("cpu", "torchvision"):
        record, _ = translated(trained, backend, "--deform_backend", backend)
        macs[backend] = record["cost"]["macs"]["block"]
    assert macs["torchvision"] > macs["cpu"]
