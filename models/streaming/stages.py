"""The parts of teacher and Shortcut that a translator calls on one frame, and a body that runs slice by slice."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.shortcut.base import Inside, ShortcutInference
from models.shortcut.full_size_inference import FullSizeReference
from models.shortcut.inference import Reference
from models.teachers.base import Teacher

AnyReference = Reference | FullSizeReference


@dataclass(frozen=True)
class Stages:
    """Plain callables on tensors. Each callable may overwrite its previous output when you call it again.

    head: x [1, 3, H, W] float32 in [-1, 1], on the host or the networks' device, -> a [1, C, h, w], the early features.
        Nothing after it writes into a. It also takes whatever else the teacher's head takes.
    teacher: x -> y [1, 3, scale*H, scale*W] float32 in [-1, 1]: the whole teacher, against which the Shortcut is
        compared.
    translate: a -> (reference, y), a reference frame.
    renew: a -> reference, a reference frame without its output.
    predict: (reference, a) -> y, a skipped frame.
    slices: together they are the teacher's body, a -> f; each takes what the one before it returned, a tensor or a
        tuple of tensors.
    prepare: (a, f) -> reference.
    parse_faces: x -> x with its face parts as further channels, on the networks' device, as the teacher's
        `face_parser`. `head` takes that, too. None: the teacher needs no face parts.
    explain: (reference, a) -> what `predict` does inside the block, for display; always launched operator by operator.
    dtype: the number type in which the networks compute.
    engine: how the operators are launched, "eager" or "cuda_graphs".
    """

    head: Callable[[Tensor], Tensor]
    teacher: Callable[[Tensor], Tensor]
    translate: Callable[[Tensor], tuple[AnyReference, Tensor]]
    renew: Callable[[Tensor], AnyReference]
    predict: Callable[[AnyReference, Tensor], Tensor]
    slices: tuple[Callable[[Tensor], Tensor], ...]
    prepare: Callable[[Tensor, Tensor], AnyReference]
    parse_faces: Callable[[Tensor], Tensor] | None
    explain: Callable[[AnyReference, Tensor], Inside]
    dtype: torch.dtype = torch.float32
    engine: str = "eager"


def eager(
    teacher: Teacher, block: ShortcutInference, dtype: torch.dtype = torch.float32, cuts: Sequence[int] = ()
) -> Stages:
    """Return the stages of a teacher and a block in their inference forms, on one device.

    Args:
        dtype: the number type in which the networks compute; frames go in and come out as float32.
        cuts: numbers of the body's layers at which a new slice begins; empty: the body is one slice.

    Raises:
        ValueError: `cuts` do not rise from 1 to the number of layers - 1.
    """
    if dtype != torch.float32:  # copies, so that the caller's networks stay what they are
        teacher, block = copy.deepcopy(teacher).to(dtype), copy.deepcopy(block).to(dtype)
    pair = _Pair(teacher, block, dtype)
    return Stages(
        head=pair.head,
        teacher=pair.whole_teacher,
        translate=pair.translate,
        renew=pair.renew,
        predict=pair.predict,
        slices=tuple(_sliced(teacher.body, cuts)),
        prepare=pair.prepare,
        parse_faces=pair.parse_faces if pair.face_parser else None,
        explain=block.explain,
        dtype=dtype,
    )


class _Pair:
    """A teacher and a block, launched operator by operator; `Stages` says what the methods take and return."""

    def __init__(self, teacher: Teacher, block: ShortcutInference, dtype: torch.dtype):
        self.teacher, self.block, self.face_parser = teacher, block, teacher.face_parser()
        self.place = {"device": next(teacher.parameters()).device, "dtype": dtype}

    def head(self, x: Tensor) -> Tensor:
        return self.teacher.head(x.to(**self.place))

    def tail(self, f: Tensor, a: Tensor) -> Tensor:
        """The picture [1, 3, H, W], float32, of late and early features."""
        return self.teacher.tail(f, a).float()

    def whole_teacher(self, x: Tensor) -> Tensor:
        a = self.head(x)
        return self.tail(self.teacher.body(a), a).clamp(-1, 1)

    def translate(self, a: Tensor) -> tuple[AnyReference, Tensor]:
        f = self.teacher.body(a)
        y = self.tail(f, a)
        return self.block.prepare(a, f, y), y.clamp(-1, 1)

    def renew(self, a: Tensor) -> AnyReference:
        return self.prepare(a, self.teacher.body(a))

    def prepare(self, a: Tensor, f: Tensor) -> AnyReference:
        return self.block.prepare(a, f, self.tail(f, a) if self.block.needs_picture else None)

    def predict(self, reference: AnyReference, a: Tensor) -> Tensor:
        prediction, pixels = self.block.with_pixels(reference, a)
        y = self.tail(prediction.feature, a)
        if pixels and isinstance(reference, FullSizeReference):
            y = pixels.paint(y, reference.y, self.block.backend)
        return y.clamp(-1, 1)

    def parse_faces(self, x: Tensor) -> Tensor:
        assert self.face_parser is not None  # `eager` asks
        return self.face_parser(x.to(**self.place))


def _sliced(body: nn.Module, cuts: Sequence[int]) -> list[nn.Module]:
    if not cuts:
        return [body]
    assert isinstance(body, nn.Sequential)  # or it has no layers at which to cut
    bounds = [0, *cuts, len(body)]
    if sorted(set(bounds)) != bounds:
        raise ValueError(f"cuts must rise from 1 to {len(body) - 1}, the body's last layer, got {list(cuts)}")
    return [body[start:end] for start, end in zip(bounds, bounds[1:], strict=False)]


class Renewal:
    """The work from one frame's early features to a reference, done in as many steps as the body has slices.

    Args:
        a: early features [1, C, h, w] of the frame; copied, because `stages` may use their memory for the next frame.
        index: the frame's number in the video.
    """

    def __init__(self, stages: Stages, a: Tensor, index: int):
        self.index = index
        self._stages, self._done = stages, 0
        self._a = self._f = a.clone()

    def advance(self) -> AnyReference | None:
        """Run the next slice. Return the reference after the last slice, and None before."""
        self._f = self._stages.slices[self._done](self._f)
        self._done += 1
        return self._stages.prepare(self._a, self._f) if self._done == len(self._stages.slices) else None


def balanced_cuts(costs: Sequence[float], parts: int) -> tuple[int, ...]:
    """Cut a row of costs into at most `parts` runs of neighbours so that the most expensive run is as cheap as can be.

    Returns:
        The first index of every run but the first, in rising order. There are no more runs than that minimum needs,
        and the first runs are filled up.

    Raises:
        ValueError: no costs or no parts.
    """
    if parts < 1 or not costs:
        raise ValueError(f"cannot cut {len(costs)} costs into {parts} parts")
    ends = range(1, len(costs) + 1)
    limits = sorted({sum(costs[start:end]) for end in ends for start in range(end)})
    candidates = (_cuts_within(costs, limit) for limit in limits if limit >= max(costs))
    return next(cuts for cuts in candidates if len(cuts) < parts)


def _cuts_within(costs: Sequence[float], limit: float) -> tuple[int, ...]:
    """Return the cuts between runs that are each as long as `limit`, at least the largest cost, allows."""
    cuts, total = [], 0.0
    for index, cost in enumerate(costs):
        if total + cost > limit:
            cuts.append(index)
            total = 0.0
        total += cost
    return tuple(cuts)
