"""How good a cut could be: what the tail makes of the reference's true late features, moved along the input's flow."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor, fx

from models.evaluation.baselines import flow_warp
from models.evaluation.metrics.image import Psnr, unit_pair
from models.ops.warp import warp
from models.teachers.any_generator.cuts import Cut
from models.teachers.any_generator.graph import LayerGraph
from models.teachers.any_generator.parts import cut_generator, packed
from util.flow import optical_flow

PIXELS = "pixels"  # the row of the baseline that moves the output itself


@torch.no_grad()
def ceilings(graph: LayerGraph, cuts: Sequence[Cut], frames: Sequence[Tensor], interval: int) -> dict[Cut | str, float]:
    """The mean PSNR in dB of skipped frames against the generator's output, for each cut, and for `PIXELS`.

    A reference frame comes every `interval` frames.

    Args:
        frames: a moving clip, each [1, 3, H, W] in [-1, 1]; more than one.

    Raises:
        ValueError: no frame is skipped.
    """
    tails = {cut: cut_generator(graph, cut).tail for cut in cuts}
    psnrs: dict[Cut | str, list[float]] = {PIXELS: [], **{cut: [] for cut in cuts}}
    for reference, current, (x_ref, x) in _pairs(graph, cuts, frames, interval):
        y_ref, y = (values[graph.picture].clamp(-1, 1) for values in (reference, current))
        flow = optical_flow(x, x_ref)
        psnrs[PIXELS].append(_psnr(flow_warp(x_ref, x, y_ref), y))
        for cut, tail in tails.items():
            f_ref = packed(graph, cut, cut.leaving, reference)
            a = packed(graph, cut, (*cut.entering, *cut.beside), current)
            psnrs[cut].append(_psnr(tail(_moved(f_ref, flow), a).clamp(-1, 1), y))
    if not psnrs[PIXELS]:
        raise ValueError(f"the clip has {len(frames)} frame, and at an interval of {interval} none is skipped")
    return {name: float(np.mean(values)) for name, values in psnrs.items()}


def _moved(f_ref: Tensor, flow: np.ndarray) -> Tensor:
    """Features [1, C, h, w], moved along the `flow` [2, H, W] of the frames."""
    height, width = f_ref.shape[2:]
    scale = (width / flow.shape[2], height / flow.shape[1])
    smaller = [cv2.resize(along, (width, height), interpolation=cv2.INTER_AREA) for along in flow]
    displacement = torch.from_numpy(np.stack([k * along for k, along in zip(scale, smaller, strict=True)]))
    return warp(f_ref, displacement[None].to(f_ref))


Values = dict[fx.Node, Tensor]  # what layers made of a frame


def _pairs(
    graph: LayerGraph, cuts: Sequence[Cut], frames: Sequence[Tensor], interval: int
) -> Iterator[tuple[Values, Values, tuple[Tensor, Tensor]]]:
    """(values of the reference frame, values of the skipped frame, both frames) for each skipped frame."""
    needed = {value for cut in cuts for value in (*cut.entering, *cut.leaving, *cut.beside)} | {graph.picture}
    reference, first = {}, frames[0]
    for number, frame in enumerate(frames):
        values = _Keeper(graph.module, needed).kept_of(frame)
        if number % interval == 0:
            reference, first = values, frame
        else:
            yield reference, values, (first, frame)


class _Keeper(fx.Interpreter):
    """Runs a graph and keeps what certain nodes make."""

    def __init__(self, module: fx.GraphModule, nodes: set[fx.Node]):
        super().__init__(module)
        self.nodes, self.kept = nodes, {}

    def kept_of(self, frame: Tensor) -> Values:
        self.run(frame)
        return self.kept

    def run_node(self, n: fx.Node) -> object:
        result = super().run_node(n)
        if n in self.nodes:
            self.kept[n] = result
        return result


def _psnr(output: Tensor, target: Tensor) -> float:
    return Psnr.measure(*unit_pair(output, target))
