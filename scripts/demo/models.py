"""The models that the page offers: by the names and in the way of translate.sh --model."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import torch

from options import model_file
from options.build.translation import Networks, Pair, load_pair
from options.flags.teachers import family_of
from options.python_options import PythonOptions

LONGEST_INTERVAL = 30  # frames, of the page's slider
LARGEST_THRESHOLD = 1.0  # of the page's slider; there the interval alone decides, and scene cuts


class Refresh(NamedTuple):
    """When a frame becomes a reference frame: after `interval` frames, or where it has drifted by `threshold`."""

    interval: int
    threshold: float


@dataclass(frozen=True)
class Model:
    """Loaded networks, ready to translate films.

    of_faces: they translate the faces in a film.
    backend: of their deformable convolutions.
    """

    networks: Networks
    pair: Pair
    of_faces: bool
    backend: str
    device: torch.device

    @property
    def scale(self) -> int:
        """How many times larger than the film its translation is: faces are put back into their frames."""
        return 1 if self.of_faces else self.pair.teacher.scale


class Models:
    """Loads models, and keeps the last one.

    Args:
        flags: of translate.py, for all models; "checkpoints_dir" is where they lie.
    """

    def __init__(self, flags: Mapping[str, object], device: torch.device):
        self._flags, self._device = flags, device
        self._last: tuple[str, Pair] | None = None

    def names(self, first: str) -> list[str]:
        """All models there are, and `first`, which may be a folder anywhere."""
        known = model_file.known_models(Path(str(self._flags["checkpoints_dir"])))
        return known if first in known else [first, *known]

    def load(self, name: str, refresh: Refresh | None = None) -> Model:
        """The model of this name.

        Args:
            refresh: None: as the model has it.

        Raises:
            OSError, ValueError: there is no such model, or its files do not belong together.
        """
        opt = PythonOptions().of(name, {**self._flags, **(_flags_of(refresh) if refresh else {})})
        if self._last is None or self._last[0] != name:
            self._last = None  # so that two do not need memory at once
            self._last = name, load_pair(opt, self._device)
        pair = self._last[1]
        networks = Networks(opt, self._device, pair)
        return Model(networks, pair, family_of(opt).of_faces, opt.deform_backend, self._device)

    def refresh(self, name: str) -> Refresh:
        """When the model refreshes if nobody says otherwise, as far as the page's sliders reach; errors as `load`."""
        policy = self.load(name).networks.refresh
        threshold = policy.threshold if isfinite(policy.threshold) else LARGEST_THRESHOLD
        return Refresh(min(policy.max_interval, LONGEST_INTERVAL), min(threshold, LARGEST_THRESHOLD))


def _flags_of(refresh: Refresh) -> dict[str, object]:
    if refresh.threshold >= LARGEST_THRESHOLD:
        return {"refresh": "fixed", "max_interval": refresh.interval}
    return {"refresh": "adaptive", "refresh_threshold": refresh.threshold, "max_interval": refresh.interval}
