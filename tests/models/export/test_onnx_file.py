"""Graphs as files, run by ONNX Runtime."""

import pytest
import torch
from torch import nn

from models.export.graphs import Graph, example_arrays, graphs_of
from models.export.onnx_file import LARGEST_ERROR, errors, write_onnx
from models.shortcut.block import ShortcutBlock
from models.shortcut.init import initialise
from tests.helpers import tiny

pytest.importorskip("onnxscript")
onnxruntime = pytest.importorskip("onnxruntime")


def test_a_block_of_the_published_form_runs_at_every_size(tmp_path):
    teacher, path = tiny.teacher(), tmp_path / "block.onnx"
    torch.manual_seed(0)
    block = initialise(ShortcutBlock(**{**tiny.SHAPE, "num_dg": 2, "offset_g_size": 3}), gain=1.0)
    graph = graphs_of(teacher, block)["block"]
    write_onnx(graph, example_arrays(teacher, 32, 48), path, {"model": "tiny"})
    for size in ((32, 48), (36, 20)):
        assert errors(graph, path, example_arrays(teacher, *size))["f"] <= LARGEST_ERROR
    assert onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map["model"] == "tiny"


def test_a_vtoonifys_tail_runs_at_every_size(tmp_path):
    teacher, path = tiny.vtoonify("B"), tmp_path / "tail.onnx"
    graph = graphs_of(teacher, tiny.vtoonify_block())["tail"]
    write_onnx(graph, example_arrays(teacher, 16, 24), path, {})
    assert errors(graph, path, example_arrays(teacher, 32, 16))["y"] <= LARGEST_ERROR


def test_another_network_shows_as_an_error_and_another_size_is_refused(tmp_path):
    teacher, path = tiny.teacher(), tmp_path / "head.onnx"
    arrays = example_arrays(teacher, 16, 24)
    write_onnx(graphs_of(teacher, tiny.block())["head"], arrays, path, {}, any_size=False)
    other = graphs_of(tiny.teacher(seed=1), tiny.block())["head"]
    assert errors(other, path, arrays)["a"] > 0.1
    with pytest.raises(Exception, match="Got: 32 Expected: 16"):
        errors(other, path, example_arrays(teacher, 32, 24))


class Unfit(nn.Module):
    def forward(self, x):
        return x + 1 if x.mean() > 0 else x  # which branch runs depends on the values


def test_what_cannot_be_exported_is_told_with_its_reason(tmp_path):
    graph = Graph(Unfit(), ("x",), ("y",))
    with pytest.raises(ValueError, match=r"graph\.onnx cannot be exported: .*data-dependent"):
        write_onnx(graph, {"x": torch.rand(1, 3, 8, 8)}, tmp_path / "graph.onnx", {})
    assert not list(tmp_path.iterdir())
