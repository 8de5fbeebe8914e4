"""The stages of a frame as CUDA graphs: each becomes one launch, on memory that stays where it is."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from models.streaming.stages import AnyReference, Stages

WARM_UP = 3  # calls before a capture, in which libraries choose their algorithms and take their workspaces


def graphed(stages: Stages, example_frame: Tensor) -> Stages:
    """The same stages for frames of one size, recorded once and replayed; a frame may come from the host, too.

    All of them work on the same memory. `translate`, `renew` and `predict` are made for the features that `head` wrote
    last. There is one reference: `translate`, `renew` and `prepare` write it when theirs is complete, so a prediction
    that is to come from the old one must be called before. Frames that come out are the caller's own.

    Args:
        stages: whose callables neither wait for the device nor depend on values in tensors.
        example_frame: [1, 3, H, W] float32, or what the head takes in its place, on the CUDA device of the networks.

    Raises:
        ValueError: a frame on another device; called with a frame of another size, so does the new `head`.
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

    def kept(new: AnyReference) -> AnyReference:
        for tensor, value in zip(reference, new, strict=True):
            tensor.copy_(value)
        return reference

    def translated(a: Tensor) -> tuple[AnyReference, Tensor]:
        new, y = stages.translate(a)
        return kept(new), y

    def parsed(x: Tensor) -> Tensor:
        return parse(frame(x)) if parse else frame(x)

    teacher = Graph(stages.teacher, frame.tensor)
    translate = Graph(translated, a)
    predict = Graph(lambda *given: stages.predict(kind(*given[:-1]), given[-1]), *reference, a)
    return replace(
        stages,
        # What comes with all that the face parser adds is on the device already.
        head=lambda x: head(x if parse and x.shape == parse.output.shape else parsed(x)),
        parse_faces=parsed if parse else None,
        teacher=lambda x: teacher(frame(x)).clone(),
        translate=lambda a: (reference, translate(a)[1].clone()),
        renew=Graph(lambda a: kept(stages.renew(a)), a),
        predict=lambda reference, a: predict(*reference, a).clone(),
        slices=tuple(slices),
        # The features of a frame that the video has left behind: not the ones that `head` wrote last.
        prepare=Graph(lambda a, f: kept(stages.prepare(a, f)), a.clone(), f),
        engine="cuda_graphs",
    )


class FrameInput:
    """The device tensor that graphs read a frame from. One on the host goes through pinned memory, without waiting."""

    def __init__(self, example: Tensor):
        self.tensor = example.clone()
        self._staging = torch.empty(example.shape, dtype=example.dtype, pin_memory=True)
        self._left = torch.cuda.Event()

    def __call__(self, x: Tensor) -> Tensor:
        """x, on the host or the device -> `tensor`, in which x will lie."""
        if x.shape != self.tensor.shape:
            raise ValueError(f"these CUDA graphs were made for frames {list(self.tensor.shape)}, got {list(x.shape)}")
        if x.device.type != "cpu":
            return self.tensor.copy_(x)
        self._left.synchronize()  # the frame before this one has left the staging memory
        self.tensor.copy_(self._staging.copy_(x), non_blocking=True)
        self._left.record()
        return self.tensor


class Graph:
    """A function of tensors or tuples of them, captured on `inputs` and replayed on whatever is copied into them.

    What it returns is overwritten by the next call. Graphs share no memory pool: they are replayed in any order.
    """

    def __init__(self, function: Callable, *inputs: Tensor | tuple):
        self.inputs, self._graph = inputs, torch.cuda.CUDAGraph()
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.no_grad(), torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                function(*inputs)
        torch.cuda.current_stream().wait_stream(aside)
        with torch.no_grad(), torch.cuda.graph(self._graph):
            self.output = function(*inputs)

    def __call__(self, *given: Tensor | tuple):
        for tensor, value in zip(_tensors(self.inputs), _tensors(given), strict=True):
            if value is not tensor:
                tensor.copy_(value)
        self._graph.replay()
        return self.output


def _tensors(nested: tuple | Tensor) -> list[Tensor]:
    return [nested] if isinstance(nested, Tensor) else [tensor for part in nested for tensor in _tensors(part)]
