"""The adaptive policy that scripts/fit_refresh.py wrote for a block."""

import json
from pathlib import Path

from models.streaming.refresh import Adaptive


def load_fitted(path: Path, block_id: str) -> Adaptive:
    """Read the policy, threshold and longest interval, that was fitted for the block of this fingerprint.

    Raises:
        FileNotFoundError: there is no file of a fitted policy.
        ValueError: the policy was fitted for another block, or the file holds none.
    """
    ways = "`bash scripts/fit_refresh.sh` fits one, --refresh_threshold gives one"
    if not path.is_file():
        raise FileNotFoundError(f"no refresh threshold {path}: {ways}")
    try:
        fitted = json.loads(path.read_text())
        identity, longest = fitted["shortcut_fingerprint"], fitted["max_interval"]
        if type(longest) is not int:
            raise TypeError(f"max_interval {longest!r}")
        policy = Adaptive(float(fitted["threshold"]), longest)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} holds no refresh threshold ({error!r}): {ways}") from error
    if identity != block_id:
        raise ValueError(f"{path} is of another Shortcut, fingerprint {identity}, this one has {block_id}: {ways}")
    return policy
