"""A model becomes graphs, and the example translates a video with them as PyTorch does."""

import numpy as np
import pytest
import torch

from data.video import Video
from models.shortcut.inference import optimize
from models.streaming.pictures import PictureTranslator
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from options.export_options import ExportOptions
from tests.helpers import tiny
from tests.helpers.models import model

pytest.importorskip("onnxscript")
onnxruntime = pytest.importorskip("onnxruntime")
from examples import translate_onnx  # noqa: E402
from scripts.export_onnx import export  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("onnx")
    words = ["-o", root / "graphs", "--model", model(root / "tiny", form="full_size"), "--size", "48x32"]
    assert export(ExportOptions().parse([str(word) for word in [*words, "--max_interval", "4"]])) == 0
    return root / "graphs"


def test_all_graphs_are_there_and_say_what_they_are(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{name}.onnx" for name in ("head", "body", "tail", "block", "skipped_frame")}
    told = onnxruntime.InferenceSession(folder / "block.onnx").get_modelmeta().custom_metadata_map
    wanted = {"graph": "block", "teacher": "recycle_gan", "split": "5:12", "block": "full_size", "size": "48x32"}
    wanted |= {"size_multiple": "4"}
    assert wanted.items() <= told.items() and len(told["teacher_fingerprint"]) == len(told["shortcut_fingerprint"])


def test_frames_are_within_50_db_of_pytorchs(folder):
    teacher, block = tiny.teacher(), tiny.block("full_size").eval()
    moving = np.random.default_rng(0).integers(0, 256, (32, 80, 3), dtype=np.uint8)
    frames = [moving[:30, 3 * k : 3 * k + 47] for k in range(7)]  # padded to 48x32
    stages = eager(teacher.for_inference(), optimize(block))
    pytorch = PictureTranslator(lambda _: Translator(stages, Every(4)), 4)
    for ours, theirs in zip(translate_onnx.translate(folder, frames), map(pytorch, frames), strict=True):
        error = np.square(ours.astype(float) - theirs).mean()
        assert ours.shape == theirs.shape and 10 * np.log10(255**2 / max(error, 1e-9)) >= 50


def test_a_video_is_translated(folder, tmp_path, write_video):
    source = write_video(tmp_path / "in.mp4", range(5), (48, 32))
    translate_onnx.main(str(folder), str(source), str(tmp_path / "out.mp4"))
    out = Video(tmp_path / "out.mp4")
    assert out.size == (48, 32) and len(list(out.frames())) == 5


def test_a_wrong_graph_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("scripts.export_onnx.LARGEST_ERROR", 0.0)
    flags = ["-o", str(tmp_path / "graphs"), "--model", str(model(tmp_path / "tiny")), "--size", "48x32"]
    with pytest.raises(ValueError, match=r"head\.onnx is wrong: a by .*nothing was written"):
        export(ExportOptions().parse(flags))
    assert torch.is_grad_enabled() and not list((tmp_path / "graphs").iterdir())
