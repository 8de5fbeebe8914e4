"""Streaming inference: the whole teacher on reference frames, the Shortcut block in between."""

import torch
from torch import Tensor, nn

from models.teachers.base import Teacher

REFRESH_OUTPUTS = ("teacher", "shortcut")


class Translator:
    """Translates one video a frame at a time.

    Frames 0, interval, 2 * interval, ... are reference frames: they run the whole teacher and refresh (a_ref, f_ref).
    The others skip the teacher's body: f_hat = S(a_ref, a_t, f_ref). State is the reference and the frame count:
    call `reset` between videos.

    Args:
        teacher, block: on one device; `block` is put in eval mode.
        interval: frames from one reference to the next (alpha) >= 1; 1 is the plain teacher.
        refresh_output: what a reference frame shows: the "teacher"'s exact output, or, from the second reference
            on, the "shortcut"'s prediction from the old reference, as the published code does.

    Source: Chung et al., Shortcut-V2V (2023), section 3.1.
    """

    def __init__(self, teacher: Teacher, block: nn.Module, interval: int, refresh_output: str = "teacher"):
        if interval < 1:
            raise ValueError(f"interval must be at least 1 (1 = teacher on every frame), got {interval}")
        if refresh_output not in REFRESH_OUTPUTS:
            raise ValueError(f"refresh_output must be one of {REFRESH_OUTPUTS}, got {refresh_output!r}")
        self.teacher, self.block = teacher, block.eval()
        self.interval, self.refresh_output = interval, refresh_output
        self.reset()

    def reset(self) -> None:
        """Forget the video: the next frame is a reference frame."""
        self._index, self._reference = 0, None

    @property
    def refreshes(self) -> bool:
        """Whether the next frame is a reference frame."""
        return self._index % self.interval == 0

    @property
    def distance(self) -> int:
        """How many frames before the next frame that one lies from which its output is predicted.

        0: nothing is predicted, the output is the teacher's own.
        """
        if self.refreshes:
            return self.interval if self._shows_prediction else 0
        return self._index % self.interval

    @torch.no_grad()
    def step(self, frame: Tensor) -> Tensor:
        """frame [1, 3, H, W] in [-1, 1] -> translated [1, 3, H, W] in [-1, 1].

        Raises:
            ValueError: the frame has another size than the reference; `reset` begins a new video.
        """
        a = self.teacher.head(frame)
        self._check_size(a)
        f = self._refresh(a) if self.refreshes else self._predict(a)
        self._index += 1
        return self.teacher.tail(f)

    def _refresh(self, a: Tensor) -> Tensor:
        shown = self._predict(a) if self._shows_prediction else None
        f = self.teacher.body(a)
        self._reference = (a, f)
        return f if shown is None else shown

    @property
    def _shows_prediction(self) -> bool:
        return self._reference is not None and self.refresh_output == "shortcut"

    def _predict(self, a: Tensor) -> Tensor:
        a_ref, f_ref = self._reference
        return self.block(a_ref, a, f_ref).feature

    def _check_size(self, a: Tensor) -> None:
        if self._reference and a.shape != self._reference[0].shape:
            raise ValueError(
                f"frame {self._index} has features {list(a.shape)}, its reference {list(self._reference[0].shape)}: "
                "all frames of a video must have one size; call reset() to begin another video"
            )
