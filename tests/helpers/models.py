"""A tiny model on disk, as a training leaves it: teacher, Shortcut, fitted refresh and model.yaml."""

import json
from pathlib import Path

import torch
import yaml

from models.shortcut.checkpoint import to_checkpoint
from tests.helpers import tiny
from util import checkpoint


def model(folder: Path, threshold: float | None = None, form: str = "published") -> Path:
    """The folder, with a RecycleGAN and its block; with a fitted refresh if there is a `threshold`."""
    folder.mkdir(parents=True)
    whole, short = tiny.teacher(), tiny.block(form)
    torch.save(tiny.generator().state_dict(), folder / "teacher.pth")
    state = to_checkpoint(short, checkpoint.fingerprint(whole.uncut_weights()), whole.split)
    checkpoint.save(folder / "latest_net_ShortcutV2V.pth", state)
    (folder / "model.yaml").write_text(yaml.safe_dump({"teacher": "recycle_gan", "main_G_path": "teacher.pth"}))
    if threshold is not None:
        identity = checkpoint.fingerprint(short.state_dict())
        fitted = {"threshold": threshold, "max_interval": 4, "shortcut_fingerprint": identity}
        (folder / "latest_refresh.json").write_text(json.dumps(fitted))
    return folder
