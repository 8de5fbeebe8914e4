"""Features of the real videos, which do not change from run to run: kept in a file."""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from models.evaluation.metrics.base import RealVideos
from models.evaluation.metrics.feature_networks import FeatureNetwork
from models.evaluation.metrics.feature_statistics import FeatureStatistics
from models.evaluation.metrics.gaussian import Gaussian
from util.files import prepare_folder, replacing


@functools.cache
def shared_real_features(network: FeatureNetwork, real: RealVideos, folder: Path | None) -> Gaussian:
    """`real_features`, found once however many methods are compared with them."""
    return real_features(network, real, folder)


def real_features(network: FeatureNetwork, real: RealVideos, folder: Path | None) -> Gaussian:
    """The Gaussian of `network`'s features of `real`.

    Args:
        folder: keeps one file per network and set of videos, named after the fingerprints of both; made if missing.
            A file that cannot be read is written anew. None: nothing is kept.

    Raises:
        OSError: `folder` cannot be written.
    """
    if folder is None:
        return _gathered(network, real)
    key = hashlib.sha256(f"{network.published} {network.fingerprint} {real.fingerprint}".encode()).hexdigest()[:16]
    path = prepare_folder(folder) / f"{Path(network.published.name).stem}_{key}.npz"
    kept = _read(path, network.published.features)
    if kept is None:
        kept = _gathered(network, real)
        _write(path, kept)
    return kept


def _gathered(network: FeatureNetwork, real: Iterable[Iterable[Tensor]]) -> Gaussian:
    statistics = FeatureStatistics(network)
    for clip in tqdm(real, desc=f"{network.published.name}: real clips", unit="clip", leave=False, disable=None):
        for index, frame in enumerate(clip):
            statistics.add(frame, begins=index == 0)
    return statistics.gaussian


def _read(path: Path, size: int) -> Gaussian | None:
    try:
        with np.load(path) as file:
            gaussian = Gaussian(size)
            gaussian.count = int(file["count"])
            gaussian.mean, gaussian.scatter = (torch.from_numpy(file[name]) for name in ("mean", "scatter"))
            return gaussian
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _write(path: Path, gaussian: Gaussian) -> None:
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, count=gaussian.count, mean=gaussian.mean.numpy(), scatter=gaussian.scatter.numpy())
