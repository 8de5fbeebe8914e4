"""A graph as an ONNX file, and how far ONNX Runtime's results lie from PyTorch's."""

import importlib.util
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
import torchvision  # noqa: F401 - without it the exporter does not know the deformable convolution
from torch import Tensor

from models.export.graphs import Graph

OPSET = 20  # since 19 it has DeformConv
PACKAGES = ("onnx", "onnxscript", "onnxruntime")  # of requirements-onnx.txt
LARGEST_ERROR = 1e-4  # against PyTorch, in standard deviations of an output


def check_packages() -> None:
    """ValueError if a package that the export needs is not installed."""
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        raise ValueError(
            f"an export needs {', '.join(missing)}: {sys.executable} -m pip install -r requirements-onnx.txt"
        )


@torch.no_grad()
def write_onnx(
    graph: Graph, example: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str], any_size: bool = True
) -> None:
    """Write `graph` to `path`.

    Args:
        example: name of an input -> a tensor of its kind, [1, C, H, W]; others are ignored.
        metadata: what ONNX Runtime shows as the model's `custom_metadata_map`.
        any_size: for every height and width; otherwise for those of the example alone.

    Raises:
        ValueError: the exporter cannot translate the graph; the message ends with its reason.
    """
    dynamic = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC} if any_size else {}
    inputs = tuple(example[name] for name in graph.inputs)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter, about itself
            program = torch.onnx.export(
                *(graph.module.eval(), inputs),
                dynamo=True,
                verbose=False,
                dynamic_shapes=(dynamic,) * len(inputs),
                opset_version=OPSET,
                input_names=graph.inputs,
                output_names=graph.outputs,
            )
    except torch.onnx.errors.OnnxExporterError as error:
        raise ValueError(f"{path.name} cannot be exported: {error.__cause__ or error}") from error
    assert program is not None  # since `dynamo`
    program.model.metadata_props.update(metadata)
    program.save(path)


@torch.no_grad()
def errors(graph: Graph, path: Path, arrays: Mapping[str, Tensor]) -> dict[str, float]:
    """Name of each output -> the largest error of ONNX Runtime against PyTorch, in standard deviations of the output.

    Of an output that is constant it is the error itself.

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
        name: float(np.abs(one - other.numpy()).max()) / (other.std().item() or 1.0)
        for name, one, other in zip(graph.outputs, got, wanted, strict=True)
    }
