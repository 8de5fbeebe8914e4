"""The stages of a frame as CUDA graphs: each stage becomes one launch on fixed memory."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from models.streaming.stages import AnyReference, Stages

WARM_UP = 3  # calls before a capture; in them libraries choose their algorithms and allocate their workspaces


def graphed(stages: Stages, example_frame: Tensor) -> Stages:
    """Record the stages for frames of one size and return stages that replay them. Frames may lie on the host, too.

    All stages share memory. `translate`, `renew` and `predict` read the features that `head` wrote last. There is one
    reference, which `translate`, `renew` and `prepare` overwrite at their end: call `predict` before them to predict
    from the old one. Output frames are copies, which no later call overwrites.

    Args:
        stages: callables that neither wait for the device nor depend on values in tensors.
        example_frame: [1, 3, H, W] float32, or what else the head takes, on the CUDA device of the networks.

    Raises:
        ValueError: the frame is on another device. The returned `head` raises it for a frame of another size.
    """
    if example_frame.device.type != "cuda":
        raise ValueError(f"CUDA graphs need a frame on a CUDA device, got one on {example_frame.device}")
    frame = FrameInput(example_frame)
    parse = Graph(stages.parse_faces, frame.tensor) if stages.parse_faces else None
    head = Graph(stages.head, parse.output if parse else frame.tensor)
    a, f, slices = head.output, head.output.clone(), []
    for part in stages.slices:
        slices.append(Graph(part, f))
        f = slices[-1].output
    example = stages.prepare(a, f)
    kind = type(example)
    reference = kind(*(t.clone() for t in example))

    def keep(new: AnyReference) -> AnyReference:
        for tensor, value in zip(reference, new, strict=True):
            tensor.copy_(value)
        return reference

    def translated(a: Tensor) -> tuple[AnyReference, Tensor]:
        new, y = stages.translate(a)
        return keep(new), y

    def parsed(x: Tensor) -> Tensor:
        return parse(frame(x)) if parse else frame(x)

    teacher = Graph(stages.teacher, frame.tensor)
    translate = Graph(translated, a)
    predict = Graph(lambda *tensors: stages.predict(kind(*tensors[:-1]), tensors[-1]), *reference, a)
    return replace(
        stages,
        # A frame that has its face parts is on the device already.
        head=lambda x: head(x if parse and x.shape == parse.output.shape else parsed(x)),
        parse_faces=parsed if parse else None,
        teacher=lambda x: teacher(frame(x)).clone(),
        translate=lambda a: (reference, translate(a)[1].clone()),
        renew=Graph(lambda a: keep(stages.renew(a)), a),
        predict=lambda reference, a: predict(*reference, a).clone(),
        slices=tuple(slices),
        # It gets the features of an earlier frame, so it must not read those that `head` wrote last.
        prepare=Graph(lambda a, f: keep(stages.prepare(a, f)), a.clone(), f),
        engine="cuda_graphs",
    )


class FrameInput:
    """The device tensor from which graphs read a frame. A frame on the host is copied through pinned memory."""

    def __init__(self, example: Tensor):
        self.tensor = example.clone()
        self._staging = torch.empty(example.shape, dtype=example.dtype, pin_memory=True)
        self._left = torch.cuda.Event()

    def __call__(self, x: Tensor) -> Tensor:
        """Copy x, on the host or the device, into `tensor` without waiting for the copy, and return `tensor`."""
        if x.shape != self.tensor.shape:
            raise ValueError(f"these CUDA graphs were made for frames {list(self.tensor.shape)}, got {list(x.shape)}")
        if x.device.type != "cpu":
            return self.tensor.copy_(x)
        self._left.synchronize()  # the frame before this one has left the staging memory
        self.tensor.copy_(self._staging.copy_(x), non_blocking=True)
        self._left.record()
        return self.tensor


class Graph:
    """A function of tensors or tuples of tensors, captured on `inputs`; a call copies new values into them and replays.

    The next call overwrites the returned tensors. Graphs share no memory pool, so they may be replayed in any order.
    """

    def __init__(self, function: Callable, *inputs: Tensor | tuple):
        self.inputs, self._graph = inputs, torch.cuda.CUDAGraph()
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.no_grad(), torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                function(*inputs)
        torch.cuda.current_stream().wait_stream(stream)
        with torch.no_grad(), torch.cuda.graph(self._graph):
            self.output = function(*inputs)

    def __call__(self, *values: Tensor | tuple):
        for tensor, value in zip(_tensors(self.inputs), _tensors(values), strict=True):
            if value is not tensor:
                tensor.copy_(value)
        self._graph.replay()
        return self.output


def _tensors(nested: tuple | Tensor) -> list[Tensor]:
    return [nested] if isinstance(nested, Tensor) else [tensor for part in nested for tensor in _tensors(part)]
