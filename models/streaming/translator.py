"""Streaming inference: the whole teacher on reference frames, the Shortcut block in between."""

import torch
from torch import Tensor

from models.shortcut.inference import Inside
from models.streaming.refresh import Every, Refresh
from models.streaming.spread import Renewal
from models.streaming.stages import AnyReference, Stages

REFRESH_OUTPUTS = ("teacher", "shortcut")


class Translator:
    """Translates one video a frame at a time: call `step` for each frame and `reset` between videos.

    The first frame and those that `refresh` wants are reference frames: they run the whole teacher and renew the
    reference. The others skip the teacher's body and are predicted from the reference. With `spread` the body of a
    reference frame runs in slices instead, one in each step from that frame on, until the reference is replaced: no
    frame but the first costs a whole body, and the reference is up to one interval older.

    After a step:
        distance: how many frames back that frame lies from which the output was predicted; 0: it is the teacher's own.
        refreshed: whether the reference was renewed in this step.
        sources: numbers (the first frame is 0) of the frames from which coming ones may be predicted.

    Args:
        refresh: the policy.
        refresh_output: what a reference frame shows: the "teacher"'s exact output, or, from the second reference
            on, the "shortcut"'s prediction from the old reference, as the published code does.
        spread: for a fixed interval of at least 2; every frame but the first shows a prediction.
        reuse_parsing: for a fixed interval, not spread: face parts are found on reference frames only and stay the
            same until the next reference frame.

    Source: Chung et al., Shortcut-V2V (2023), section 3.1.
    """

    def __init__(
        self,
        stages: Stages,
        refresh: Refresh,
        refresh_output: str = "teacher",
        spread: bool = False,
        reuse_parsing: bool = False,
    ):
        if refresh_output not in REFRESH_OUTPUTS:
            raise ValueError(f"refresh_output must be one of {REFRESH_OUTPUTS}, got {refresh_output!r}")
        if spread and not (isinstance(refresh, Every) and refresh.max_interval >= 2):
            raise ValueError("a refresh can be spread over a fixed interval of at least 2 only")
        if spread and len(stages.slices) > refresh.max_interval:
            raise ValueError(f"{len(stages.slices)} slices of the body do not fit into interval {refresh.max_interval}")
        if reuse_parsing and (spread or not isinstance(refresh, Every)):
            how = "spread" if spread else type(refresh).__name__
            raise ValueError(f"what was found can be reused with a fixed interval and whole references only, got {how}")
        self.stages, self.refresh, self.refresh_output, self.spread = stages, refresh, refresh_output, spread
        self.reuse_parsing = reuse_parsing and stages.parse_faces is not None
        self.reset()

    def reset(self) -> None:
        """Forget the video: the next frame is a reference frame."""
        self.refresh.reset()
        self.distance, self.refreshed = 0, False
        self._frames, self._shape = 0, None
        self._reference, self._reference_index = None, 0
        self._explicable: tuple[AnyReference, Tensor] | None = None
        self._renewal: Renewal | None = None
        self._parsing: Tensor | None = None

    @property
    def sources(self) -> set[int]:
        return {self._reference_index} | ({self._renewal.index} if self._renewal else set())

    @torch.no_grad()
    def step(self, frame: Tensor) -> Tensor:
        """frame [1, 3, H, W] in [-1, 1], on the host or the networks' device -> translated, there, in [-1, 1].

        The result is as large as the teacher makes it. What else the teacher's head takes may stand for the frame.

        Raises:
            ValueError: the frame has another size than those before it; `reset` begins a new video.
        """
        self._check_size(frame)
        a, wanted = self._look(frame)
        if self._reference is None or (wanted and not self.spread and self.refresh_output == "teacher"):
            y = self._exact(a)
        elif self.spread:
            y = self._spread(a, wanted)
        else:
            y = self._predicted(a, wanted)
        self._frames += 1
        return y

    def explain(self) -> Inside | None:
        """What the block did inside in the last step, computed only here.

        None: the step showed the teacher's own output, or has replaced the reference that it predicted from.
        """
        return self.stages.explain(*self._explicable) if self._explicable else None

    def _look(self, frame: Tensor) -> tuple[Tensor, bool]:
        """Early features, and whether the frame is to be a reference frame."""
        if not self.reuse_parsing:
            a = self.stages.head(frame)
            return a, self.refresh.wants(a)
        wanted = self.refresh.wants(frame)  # a fixed interval does not look
        if wanted:
            x = self.stages.parse_faces(frame)
            self._parsing = x[:, frame.shape[1] :].clone()
        else:
            x = torch.cat([frame.to(self._parsing), self._parsing], 1)
        return self.stages.head(x), wanted

    def _exact(self, a: Tensor) -> Tensor:
        reference, y = self.stages.translate(a)
        self._renew(reference, self._frames)
        self.distance, self.refreshed, self._explicable = 0, True, None
        return y

    def _predicted(self, a: Tensor, wanted: bool) -> Tensor:
        y = self._predict(a)
        if wanted:
            self._renew(self.stages.renew(a), self._frames)
            self._explicable = None
        self.refreshed = wanted
        return y

    def _spread(self, a: Tensor, wanted: bool) -> Tensor:
        if wanted:
            self._renewal = Renewal(self.stages, a, self._frames)
        reference = self._renewal.advance() if self._renewal else None
        self.refreshed = reference is not None
        if self.refreshed:
            self._renew(reference, self._renewal.index)
            self._renewal = None
        return self._predict(a)

    def _predict(self, a: Tensor) -> Tensor:
        self.distance = self._frames - self._reference_index
        self._explicable = self._reference, a
        return self.stages.predict(self._reference, a)

    def _renew(self, reference: AnyReference, index: int) -> None:
        self._reference, self._reference_index = reference, index

    def _check_size(self, frame: Tensor) -> None:
        self._shape = self._shape or frame.shape
        if frame.shape != self._shape:
            raise ValueError(
                f"frame {self._frames} is {list(frame.shape)}, those before it {list(self._shape)}: "
                "all frames of a video must have one size; call reset() to begin another video"
            )
