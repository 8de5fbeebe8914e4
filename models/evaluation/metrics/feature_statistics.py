"""Frames in, the Gaussian of their features out."""

import torch
from torch import Tensor

from models.evaluation.metrics.feature_networks import FeatureNetwork
from models.evaluation.metrics.gaussian import Gaussian
from util.image import to_uint8


class FeatureStatistics:
    """Cuts each clip into windows of consecutive frames that do not overlap, and gathers the features of each.

    What a clip has left at its end is not looked at. A window is as long as the network wants, and is all that is
    kept of the frames, in the 8 bits they are saved with.

    Attributes:
        gaussian: of the features so far; its count is that of the windows.
    """

    def __init__(self, network: FeatureNetwork):
        self.network = network
        self.gaussian = Gaussian(network.published.features)
        self._window: list[Tensor] = []

    def add(self, frame: Tensor, begins: bool) -> None:
        """Gather `frame` [1, 3, H, W] in [-1, 1]; `begins` says that a clip begins with it."""
        if begins:
            self._window.clear()
        if not frame.isfinite().all():  # 8 bits would hide it
            self.gaussian.mean.fill_(torch.nan)
        self._window.append(torch.from_numpy(to_uint8(frame[0])).permute(2, 0, 1))
        if len(self._window) == self.network.published.frames:
            self.gaussian.add(self.network(torch.stack(self._window, dim=1)[None]))
            self._window.clear()
