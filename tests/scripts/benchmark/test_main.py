import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.ops import native
from models.shortcut.checkpoint import to_checkpoint
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.inference import optimize
from scripts.benchmark.__main__ import machine_name, parse
from scripts.benchmark.cases import CASES, DEFAULT, Case, saved
from scripts.benchmark.profiling import profile_table
from scripts.benchmark.record import RATIOS, Effort, block_error, measure
from scripts.benchmark.streams import clip_rates
from scripts.benchmark.table import TIMES, markdown
from scripts.benchmark.variants import EAGER, Variant, settled, variants
from tests.helpers.moving import full_size
from tests.helpers.runs import ROOT
from tests.helpers.tiny import NGF, ROUNDED, VTOONIFY_SHAPE, block, generator, teacher, vtoonify, vtoonify_block
from util import checkpoint

CPU = Variant(torch.device("cpu"), "off", EAGER)
CONTRACT = {"name", "device", "dtype", "engine", "macs", "peak_memory_mb"}
CONTRACT |= {"teacher_eager_ms", "teacher_ms", "head_ms", "tail_ms", "block_ms", "block_published_ms"}
CONTRACT |= {"skipped_ms", "reference_ms"}


def networks():
    return teacher(), block()


TINY = Case("tiny", networks, (24, 16))
EARLIER = Path(__file__).resolve().parents[3] / "tests" / "fixtures" / "earlier"


def enlarging_networks():
    return vtoonify(), vtoonify_block()


def full_size_networks():
    return vtoonify(), full_size(**VTOONIFY_SHAPE)


FORMS = {"published": networks, "published_enlarging": enlarging_networks, "full_size_enlarging": full_size_networks}


@pytest.fixture(scope="module", params=FORMS.values(), ids=FORMS)
def entry(request):
    case = Case("tiny", request.param, (24, 16))
    return measure(case, CPU, Effort(repeats=2, warmup=1, stream=3, clip=2))


def test_an_entry_has_what_readers_of_the_file_rely_on(entry):
    assert CONTRACT <= entry.keys()
    assert (entry["name"], entry["device"], entry["dtype"], entry["engine"]) == ("tiny", "cpu", "float32", "eager")


def test_every_time_is_a_median_and_has_its_95th_percentile(entry):
    assert all(0 < entry[f"{name}_ms"] <= entry[f"{name}_ms_p95"] for name in timed(entry))


def timed(entry):
    return [name for name in TIMES if name != "block_published" or entry["block"] == "published"]


def test_a_full_size_block_has_no_published_way(entry):
    has_one = entry["block"] == "published"
    assert (entry["block_published_ms"] is not None, entry["block_published_ms_p95"] is not None) == (has_one,) * 2
    assert (entry["macs"]["block_published"] is not None) == has_one == ("block_published_to_block" in entry["ratios"])
    label, dash = "block, as published", "| - |"
    machine = {"cpu": "a CPU", "gpu": None, "cores": 2, "torch": "2"}
    text = markdown({"machine": machine, "command": "", "cases": [entry]})
    lines = [" ".join(line.split()) for line in text.splitlines()]
    found = [line for line in lines if line.startswith((f"| {label}", "| block as published"))]
    assert len(found) == 3 and all(line.endswith(dash) != has_one for line in found)


def test_ratios_are_those_of_the_medians(entry):
    assert {"teacher_eager_to_skipped", "teacher_to_skipped"} <= entry["ratios"].keys() <= RATIOS.keys()
    for name, ratio in entry["ratios"].items():
        slower, faster = RATIOS[name]
        assert ratio == entry[f"{slower}_ms"] / entry[f"{faster}_ms"]


def test_macs_of_a_frame_are_those_of_its_stages(entry):
    macs = entry["macs"]
    assert macs["teacher"] == macs["teacher_eager"] == macs["head"] + macs["body"] + macs["tail"]
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"]
    assert macs["block_published"] is None or macs["block"] < macs["block_published"]
    assert macs["extra"] > 0


def test_what_is_timed_computes_what_was_trained(entry):
    assert entry["block_error"] < (1e-4 if entry["block"] == "published" else ROUNDED)


@pytest.mark.parametrize("part", ["to_offset", "reconstruct", "to_outputs"])
def test_an_error_in_any_map_of_a_full_size_block_shows(part):
    network, whole = full_size_networks()
    quick = optimize(whole)
    with torch.no_grad():
        getattr(quick, part).bias.add_(0.5)
    assert block_error(network, whole.eval(), quick, torch.rand(2, 1, 3, 16, 24)) > 0.01


def test_memory_of_frames_comes_on_top_of_that_of_the_networks(entry):
    frames = ("peak_memory_teacher_mb", "peak_memory_skipped_mb", "peak_memory_mb")
    assert 0 < entry["peak_memory_idle_mb"] <= min(entry[key] for key in frames)


def test_streams_and_the_operator_are_timed_in_every_way(entry):
    compiled = {"native"} if native.available() else set()
    assert entry["stream_ms"].keys() == {"whole", "spread"}
    assert entry["adabd_ms"].keys() == {"cpu", "torchvision"} | compiled


def test_a_clip_goes_from_video_to_video_in_every_way():
    rates = clip_rates(TINY, CPU, 3)
    assert rates.keys() == {"teacher_eager", "teacher", "interval_3"} and min(rates.values()) > 0


def test_a_profile_names_the_operators_of_a_skipped_frame():
    assert re.search(r"\| aten::\w*conv\w* +\| 1x", profile_table(TINY, CPU))


def test_the_table_has_a_column_for_each_variant_and_a_section_for_each_case(entry, tmp_path):
    entries = [entry, {**entry, "dtype": "bfloat16"}, {**entry, "name": "other"}]
    machine = {"cpu": "a CPU", "gpu": None, "cores": 2, "torch": "2"}
    text = markdown({"machine": machine, "command": "bash scripts/benchmark.sh", "cases": entries})
    tiny, other = text.split("\n## ")[1:]
    assert tiny.startswith("tiny\n") and other.startswith("other\n")
    assert "| 24 × 16 | float32 eager | bfloat16 eager |" in " ".join(tiny.split())
    assert {line.count("|") for line in tiny.splitlines() if line.startswith("|")} == {4}


@pytest.mark.parametrize(("name", "form"), [("official", "published"), ("full_size", "full_size")])
def test_both_forms_are_measured_at_the_published_sizes(name, form):
    case = CASES[f"v2c_256x512_{name}"]
    cut, shortcut = case.build()
    assert cut.split == (5, 17) and cut.a_channels == cut.f_channels == 128 and case.size == (512, 256)
    assert (shortcut.config["feat_ch"], shortcut.config["h_dim"]) == (128, 64)
    assert shortcut.config.get("block", "published") == form and case.name in DEFAULT


@torch.no_grad()
def test_every_part_of_the_full_size_case_works():
    block = CASES["v2c_256x512_full_size"].build()[1].eval()
    a_ref, a_cur, f_ref = torch.rand(3, 1, 128, 16, 32)
    prediction, pixels = block.with_pixels(a_ref, a_cur, f_ref)
    assert pixels.displacement.abs().mean() > 0.5 and 0.1 < pixels.blend.min() <= pixels.blend.max() < 0.9
    block.to_gate.bias.fill_(-1e4)
    corrections = block(a_ref, a_cur, f_ref).feature
    assert corrections.abs().mean() > 0.01 and (prediction.feature - corrections).abs().mean() > 0.01


def test_saved_networks_are_read_in_the_form_that_they_have(tmp_path):
    network, whole = generator(), full_size(feat_ch=2 * NGF)
    identity = checkpoint.fingerprint(network.cut(6, 13).uncut_weights())
    (tmp_path / "full_size").mkdir()
    checkpoint.save(tmp_path / "full_size" / "latest_net_G_A.pth", network.state_dict())
    kept = tmp_path / "full_size" / "latest_net_ShortcutV2V.pth"
    checkpoint.save(kept, to_checkpoint(whole, identity, (6, 13)))
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "latest_net_G_A.pth").symlink_to(EARLIER / "v2c_teacher.pth")
    (tmp_path / "published" / "latest_net_ShortcutV2V.pth").symlink_to(EARLIER / "v2c.pth")
    (cut, block), (earlier_cut, earlier) = saved(tmp_path / "full_size"), saved(tmp_path / "published")
    assert isinstance(block, FullSizeBlock) and "block" not in earlier.config
    assert (cut.split, earlier_cut.split) == ((6, 13), (4, 22))


def test_the_vtoonify_case_has_the_published_sizes():
    cut, shortcut = CASES["vtoonify_dual_256x256"].build()
    assert (cut.a_channels, cut.f_channels, cut.scale, shortcut.config["f_ch"]) == (128, 131, 4, 131)
    assert "vtoonify_dual_256x256" not in DEFAULT


def test_a_cpu_runs_float32_unless_it_is_told_otherwise():
    device = torch.device("cpu")
    assert [way.amp for way in variants(device, None)] == ["off"]
    assert [way.amp for way in variants(device, ["bf16"])] == ["bf16"]
    with pytest.raises(ValueError, match="fp16 needs a GPU; a CPU runs off, bf16 or auto"):
        variants(device, ["off", "fp16"])


def test_auto_is_settled_for_each_case_and_said():
    way, note = settled(Variant(CPU.device, "auto", EAGER), TINY)
    assert way.amp in ("off", "bf16") and note.startswith(f"--amp auto: {str(way.dtype).removeprefix('torch.')}; ")
    assert settled(CPU, TINY) == (CPU, None)


def test_bf16_is_timed_in_every_stage_with_published_figures_in_float32():
    entry = measure(TINY, replace(CPU, amp="bf16"), Effort(repeats=1, warmup=0, stream=1, clip=1))
    assert entry["dtype"] == "bfloat16" and 1e-5 < entry["block_error"] < 0.1
    assert "torchvision" not in entry["adabd_ms"] and all(entry[f"{name}_ms"] > 0 for name in TIMES)


def test_a_gpu_runs_every_precision_on_both_engines():
    ways = variants(torch.device("cuda:0"), None)
    assert {(way.amp, way.engine) for way in ways} == {
        (amp, engine) for amp in ("off", "fp16", "bf16") for engine in ("eager", "cuda_graphs")
    }


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--case", "v2x"], "choose from"),
        (["--repeats", "0"], "must be a whole number of at least 1, got '0'"),
        (["--repeats", "few"], "must be a whole number of at least 1, got 'few'"),
        (["--amp", "int8"], "choose from"),
        (["--out", "table.txt"], "must end in .json, got 'table.txt'"),
        (["--compare", "old.txt"], "must end in .json, got 'old.txt'"),
        (["--profile", "--compare", "old.json"], "--profile measures nothing that --compare could show"),
        (["--quik"], "unrecognized arguments: --quik"),
    ],
)
def test_bad_flags_are_refused_with_what_is_allowed(flags, told, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(flags)
    assert ended.value.code == 2 and told in capsys.readouterr().err


def test_a_machine_is_named_after_its_processor_and_cores():
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-\d+-cores", machine_name(torch.device("cpu")))


def program(*flags, cwd):
    command, env = ["bash", str(ROOT / "scripts" / "benchmark.sh"), *flags], {**os.environ, "PYTHON": sys.executable}
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True)


def test_the_program_writes_the_file_and_its_table_where_the_caller_says(tmp_path):
    quick = ("--quick", "--repeats", "1", "--case", "demo_v2c", "--gpu_ids", "-1")
    ended = program(*quick, "--out", "new/own.json", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    written = json.loads((tmp_path / "new" / "own.json").read_text())
    assert written["command"].startswith("bash scripts/benchmark.sh --quick") and written["machine"]["device"] == "cpu"
    assert CONTRACT <= written["cases"][0].keys() and written["cases"][0]["clip_fps"]["interval_3"] > 0
    assert (tmp_path / "new" / "own.md").read_text().strip() in ended.stdout
    ended = program(*quick, "--out", "second.json", "--compare", "new/own.json", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert f"# Against {tmp_path}/new/own.json" in ended.stdout and "| teacher / skipped frame " in ended.stdout
    ended = program(*quick, "--out", "third.json", "--compare", "none.json", cwd=tmp_path)
    assert ended.returncode == 1 and "none.json" in ended.stderr and not (tmp_path / "third.json").exists()


def test_a_gpu_that_is_not_there_is_one_clear_error(tmp_path):
    ended = program("--gpu_ids", "99", cwd=tmp_path)
    assert ended.returncode == 1 and "asks for a GPU this machine lacks" in ended.stderr and not ended.stdout
