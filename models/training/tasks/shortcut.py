"""Distil a Shortcut block into a frozen teacher."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from models.evaluation.validation import ValClip, validate_block
from models.shortcut.checkpoint import to_checkpoint
from models.training.distiller import Distiller
from models.training.task import Task
from util import image


class ShortcutTask(Task):
    """Trains a Shortcut block on pairs of a reference frame and a later frame of the same clip.

    Args:
        trainer: holds teacher and block.
        teacher_fingerprint: goes into the block's checkpoint.
        val_clips: held-out clips of frames [1, 3, H, W] in [-1, 1].
        interval, refresh_output, backend: as for `validate_block`.
        common: the further arguments of `Task`.
    """

    input_names = ("reference", "current")
    trainer: Distiller

    def __init__(
        self,
        trainer: Distiller,
        teacher_fingerprint: str,
        val_clips: Sequence[ValClip[Tensor]],
        interval: int,
        refresh_output: str = "teacher",
        backend: str = "auto",
        **common,
    ):
        super().__init__(trainer, **common)
        self.teacher, self.block = trainer.teacher, trainer.networks["ShortcutV2V"]
        self._fingerprint, self._val_clips = teacher_fingerprint, val_clips
        self._run_as = interval, refresh_output, backend

    def preview(self, reference: Tensor, current: Tensor) -> Tensor:
        """Columns: reference frame, current frame, the teacher's output, the Shortcut's output, blending mask."""
        images = self.trainer.preview(reference, current)
        size = images["teacher"].shape[2:]
        for name in ("reference", "current"):  # a teacher may enlarge its frames
            images[name] = F.interpolate(images[name], size=size, mode="bilinear")
        images["mask"] = [image.mask_image(mask, size) for mask in images["mask"]]
        return image.grid(*(images[key] for key in ("reference", "current", "teacher", "shortcut", "mask")))

    def export(self) -> dict[str, dict]:
        split, steps = self.teacher.split, self.trainer.steps
        return {"ShortcutV2V": to_checkpoint(self.block, self._fingerprint, split, steps=steps)}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """See `validate_block`."""
        return validate_block(self._val_clips, self.teacher, self.block, *self._run_as)
