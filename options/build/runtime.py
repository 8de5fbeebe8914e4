"""From options to how a teacher and its Shortcut are run: numbers, operators, graphs, and when they refresh."""

import json
from collections.abc import Mapping

import torch
from torch import Tensor

from models.evaluation import cost
from models.ops.backends import choose
from models.shortcut import AnyBlock
from models.shortcut.inference import optimize
from models.streaming.cuda_graphs import graphed
from models.streaming.partition import balanced_cuts
from models.streaming.refresh import Adaptive, Every, Refresh
from models.streaming.stages import AnyInference, Stages, eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from models.teachers.vtoonify.styled import INPUT_CHANNELS, RGB
from options.base_options import LONGEST_INTERVAL, BaseOptions
from options.flags.metrics import REFRESHES, methods_of
from options.record import Options
from util import image
from util.report.methods import OURS


def new_stages(
    opt: Options, teacher: Teacher, block: AnyBlock, x: Tensor, dtype: torch.dtype = torch.float32
) -> Stages:
    """Teacher and block as the options want them run on frames like x [1, 3, H, W], in numbers of type `dtype`."""
    fast, small = teacher.for_inference(), optimize(block, opt.deform_backend, opt.hold)
    interval = opt.max_interval or BaseOptions.default_interval
    cuts = slices_of(fast, small, x, interval) if opt.refresh_mode == "spread" else ()
    stages = eager(fast, small, dtype, cuts)
    return graphed(stages, x) if opt.cuda_graphs and x.is_cuda else stages


@torch.no_grad()
def slices_of(teacher: Teacher, block: AnyInference, x: Tensor, parts: int) -> tuple[int, ...]:
    """Where to cut the body into at most `parts` slices of MACs as equal as they can be for frames like x.

    What the block prepares of a new reference belongs to the last slice.
    """
    a = f = teacher.head(x)
    macs = []
    for layer in teacher.body:
        macs.append(cost.count_macs(layer, f))
        f = layer(f)
    stages = eager(teacher, block)
    macs[-1] += cost.count_macs(stages.prepare, a, f)
    return balanced_cuts(macs, parts)


class Translators:
    """The translators of the options for one frame size after the other: stages belong to a size.

    "shortcut" refreshes as --refresh says; "shortcut_fixed" or "shortcut_adaptive", the other way, is there if
    --methods names both. Each has stages of its own, because what a stage returns is good until it is called again.

    Args:
        block_id: the fingerprint of the block.
        dtype: what they compute with.
    """

    def __init__(
        self,
        opt: Options,
        teacher: Teacher,
        block: AnyBlock,
        block_id: str,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ):
        self._opt, self._teacher, self._block, self._device, self._dtype = opt, teacher, block, device, dtype
        kinds = [kind for kind in methods_of(opt) if kind in REFRESHES]
        named = {OURS if kind == opt.refresh else f"{OURS}_{kind}": kind for kind in kinds}
        self._refreshes = {name: new_refresh(opt, kind, block_id) for name, kind in named.items()}
        self.names = list(self._refreshes)
        self._last: tuple[tuple[int, int], dict[str, Translator]] | None = None

    def of(self, size: tuple[int, int]) -> dict[str, Translator]:
        """The translators of frames of this (width, height); the last ones are kept for more of them."""
        if self._last is None or self._last[0] != size:
            x = image.blank(size, self._device, input_channels(self._opt))
            self._last = size, {name: self._new(refresh, x) for name, refresh in self._refreshes.items()}
        return self._last[1]

    def _new(self, refresh: Refresh, x: Tensor) -> Translator:
        stages = new_stages(self._opt, self._teacher, self._block, x, self._dtype)
        spread, reuse = self._opt.refresh_mode == "spread", self._opt.parsing == "reference"
        return Translator(stages, refresh, self._opt.refresh_output, spread, reuse)


def input_channels(opt: Options) -> int:
    """Of what the networks are given: frames, or frames with their face parts."""
    return INPUT_CHANNELS if opt.parsing_map_path else RGB


def new_refresh(opt: Options, kind: str, block_id: str) -> Refresh:
    """When a frame becomes a reference frame, `kind` being one of REFRESHES.

    --max_interval belongs to the Shortcut of --refresh. The other one, which --methods may name beside it, has the
    interval that it would have without the flag.
    """
    own = opt.max_interval if kind == opt.refresh else None
    if kind == "fixed":
        return Every(own or BaseOptions.default_interval)
    if opt.refresh_threshold is not None:
        return Adaptive(opt.refresh_threshold, own or LONGEST_INTERVAL)
    fitted = fitted_refresh(opt, block_id)
    return Adaptive(fitted.threshold, own or fitted.max_interval)


def fitted_refresh(opt: Options, block_id: str) -> Adaptive:
    """The policy, threshold and longest interval, that was fitted for the block of this fingerprint.

    Raises:
        FileNotFoundError: none was fitted.
        ValueError: it was fitted for another block, or the file is not one of these.
    """
    path = opt.run_dir / f"{opt.which_epoch}_refresh.json"
    ways = "`bash scripts/fit_refresh.sh` fits one, --refresh_threshold gives one"
    if not path.is_file():
        raise FileNotFoundError(f"no refresh threshold {path}: {ways}")
    try:
        fitted = json.loads(path.read_text())
        identity, policy = fitted["shortcut_fingerprint"], Adaptive(fitted["threshold"], fitted["max_interval"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds no refresh threshold ({error!r}): {ways}") from error
    if identity != block_id:
        raise ValueError(f"{path} is of another Shortcut, fingerprint {identity}, this one has {block_id}: {ways}")
    return policy


def describe_runtime(
    opt: Options, translator: Translator, device: torch.device, psnr_db: Mapping[str, Mapping[str, float]]
) -> dict[str, object]:
    """What was chosen, for the record of a run; `psnr_db` is what --amp auto measured."""
    return {
        "engine": translator.stages.engine,
        "dtype": str(translator.stages.dtype).removeprefix("torch."),
        **({"dtype_psnr_db": psnr_db} if psnr_db else {}),
        "deform_backend": choose(opt.deform_backend, device),
        "refresh": opt.refresh,
        "refresh_threshold": getattr(translator.refresh, "threshold", None),
        "max_interval": translator.refresh.max_interval,
        "refresh_mode": opt.refresh_mode,
    }
