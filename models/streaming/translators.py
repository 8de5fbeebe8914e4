"""Translators of one teacher and block that refresh in different ways, for clips of different sizes."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from models.streaming.refresh import Refresh
from models.streaming.stages import Stages
from models.streaming.translator import Translator
from util import image


class Translators:
    """Makes the translators for one frame size after the other, since stages belong to a size.

    Each translator has stages of its own, because a stage overwrites its tensors in the next call.

    Args:
        new_stages: a grey frame like those to translate, [1, channels, H, W] -> stages.
        refreshes: name -> policy.
        channels: that the networks take.
        refresh_output, spread, reuse_parsing: as for `Translator`.
    """

    def __init__(
        self,
        new_stages: Callable[[Tensor], Stages],
        refreshes: Mapping[str, Refresh],
        device: torch.device,
        channels: int = 3,
        refresh_output: str = "teacher",
        spread: bool = False,
        reuse_parsing: bool = False,
    ):
        self.names = list(refreshes)
        self._new_stages, self._refreshes, self._device, self._channels = new_stages, refreshes, device, channels
        self._translate_as = refresh_output, spread, reuse_parsing
        self._last: tuple[tuple[int, int], dict[str, Translator]] | None = None

    def of(self, size: tuple[int, int]) -> dict[str, Translator]:
        """Return name -> translator for frames of this (width, height). The last ones are kept for the next call."""
        if self._last is None or self._last[0] != size:
            x = image.blank(size, self._device, self._channels)
            new = {name: Translator(self._new_stages(x), r, *self._translate_as) for name, r in self._refreshes.items()}
            self._last = size, new
        return self._last[1]
