"""A graph as an ONNX file, and how far ONNX Runtime's results lie from PyTorch's."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
import torchvision  # noqa: F401 - without it the exporter does not know the deformable convolution
from torch import Tensor

from models.export.graphs import Graph

OPSET = 20  # with DeformConv and GridSample of four dimensions
NEEDS = ("onnx", "onnxscript", "onnxruntime")  # packages of requirements-onnx.txt


@torch.no_grad()
def write_onnx(graph: Graph, example: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Write `graph` to `path`, for every height and width.

    Args:
        example: name of an input -> a tensor of its kind, [1, C, H, W]; others are ignored.
        metadata: what ONNX Runtime shows as the model's `custom_metadata_map`.
    """
    size = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    inputs = tuple(example[name] for name in graph.inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, on what it does inside
        program = torch.onnx.export(
            *(graph.module.eval(), inputs),
            dynamo=True,
            verbose=False,
            dynamic_shapes=(size,) * len(inputs),
            opset_version=OPSET,
            input_names=graph.inputs,
            output_names=graph.outputs,
        )
    assert program is not None  # since `dynamo`
    program.model.metadata_props.update(metadata)
    program.save(path)


@torch.no_grad()
def errors(graph: Graph, path: Path, arrays: Mapping[str, Tensor]) -> dict[str, float]:
    """Name of each output -> the largest error of ONNX Runtime against PyTorch, in standard deviations of the output.

    Args:
        path: the file of `write_onnx`.
        arrays: name of an input -> its value; others are ignored.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    got = session.run(list(graph.outputs), {name: arrays[name].numpy() for name in graph.inputs})
    wanted = graph.module(*(arrays[name] for name in graph.inputs))
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    return {
        name: float(np.abs(one - other.numpy()).max() / max(other.std().item(), 1e-12))
        for name, one, other in zip(graph.outputs, got, wanted, strict=True)
    }
