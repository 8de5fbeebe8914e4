"""Streaming inference: the whole teacher on reference frames, the Shortcut block on the frames between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from models.shortcut.inference import Inside
from models.streaming.refresh import Every, Refresh
from models.streaming.stages import AnyReference, Renewal, Stages

REFRESH_OUTPUTS = ("teacher", "shortcut")


@dataclass(frozen=True, eq=False)
class Step:
    """The result of one frame.

    Args:
        output: the translated frame [1, 3, scale*H, scale*W] in [-1, 1], on the networks' device.
        distance: the output was predicted from the frame this many frames back; 0: the teacher made it.
        is_reference: whether the reference was renewed in this step.
        sources: numbers (0: the first frame) of the frames from which the coming frames may be predicted.
        explain: computes what the block did inside; call it before the next step. None where the teacher made the
            output, or where the step has replaced the reference that it predicted from.
    """

    output: Tensor
    distance: int
    is_reference: bool
    sources: frozenset[int]
    explain: Callable[[], Inside] | None = None


class Translator:
    """Translates one video a frame at a time: call `step` for each frame and `reset` between videos.

    The first frame and those that `refresh` asks for are reference frames: they run the whole teacher and renew the
    reference. The other frames skip the teacher's body; the block predicts them from the reference. With `spread` the
    body of a reference frame runs in slices, one in each step from that frame on, until it replaces the reference.
    Then no frame but the first costs a whole body, and the reference is up to one interval older.

    Args:
        refresh: the policy that chooses the reference frames.
        refresh_output: what a reference frame shows: the exact output of the "teacher" or, from the second reference
            on, the prediction of the "shortcut" from the old reference, as the published code does.
        spread: for a fixed interval of at least 2; every frame but the first shows a prediction.
        reuse_parsing: for a fixed interval without `spread`: the face parser runs on reference frames only, and the
            frames between them reuse its face parts.

    Raises:
        ValueError: the settings exclude each other; the message says which.

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
        _check_settings(stages, refresh, refresh_output, spread, reuse_parsing)
        self.stages, self.refresh, self.refresh_output, self.spread = stages, refresh, refresh_output, spread
        self.reuse_parsing = reuse_parsing and stages.parse_faces is not None
        self.reset()

    def reset(self) -> None:
        """Forget the video. The next frame is the first of another one."""
        self.refresh.reset()
        self._index, self._shape = 0, None
        self._reference: AnyReference | None = None
        self._reference_index = 0
        self._renewal: Renewal | None = None
        self._face_parts: Tensor | None = None

    @torch.no_grad()
    def step(self, frame: Tensor) -> Step:
        """Translate the next frame of the video.

        Args:
            frame: [1, 3, H, W] in [-1, 1], optionally with face-part channels, on CPU or GPU.

        Raises:
            ValueError: the frame has another size than those before it; `reset` begins a new video.
        """
        self._check_size(frame)
        if self.reuse_parsing:
            refresh = self.refresh.should_refresh(frame)  # a fixed interval needs no features
            a = self.stages.head(self._with_face_parts(frame, refresh))
        else:
            a = self.stages.head(frame)
            refresh = self.refresh.should_refresh(a)
        if refresh:
            self.refresh.mark(a)
        if self._reference is None or (refresh and not self.spread and self.refresh_output == "teacher"):
            step = self._run_teacher(a)
        else:
            step = self._predict_spread(a, refresh) if self.spread else self._predict(a, refresh)
        self._index += 1
        return step

    def _with_face_parts(self, frame: Tensor, refresh: bool) -> Tensor:
        """The frame followed by its face parts, parsed on reference frames and reused on the others."""
        if not refresh and self._face_parts is not None:
            return torch.cat([frame.to(self._face_parts), self._face_parts], 1)
        assert self.stages.parse_faces is not None  # or there would be no face parts to reuse
        x = self.stages.parse_faces(frame)
        self._face_parts = x[:, frame.shape[1] :].clone()
        return x

    def _run_teacher(self, a: Tensor) -> Step:
        self._reference, y = self.stages.translate(a)
        self._reference_index = self._index
        return Step(y, 0, True, self._sources())

    def _predict(self, a: Tensor, refresh: bool) -> Step:
        """Predict from the reference, then renew it if this is a reference frame."""
        assert self._reference is not None  # the first frame makes it
        distance, y = self._index - self._reference_index, self.stages.predict(self._reference, a)
        explain = partial(self.stages.explain, self._reference, a)
        if refresh:
            self._reference, self._reference_index, explain = self.stages.renew(a), self._index, None
        return Step(y, distance, refresh, self._sources(), explain)

    def _predict_spread(self, a: Tensor, refresh: bool) -> Step:
        """Run a slice of the renewal, and predict from the newest reference there is."""
        if refresh:
            self._renewal = Renewal(self.stages, a, self._index)
        renewal = self._renewal
        reference = renewal.advance() if renewal else None
        if renewal and reference is not None:
            self._reference, self._reference_index, self._renewal = reference, renewal.index, None
        step = self._predict(a, refresh=False)
        return replace(step, is_reference=reference is not None)

    def _sources(self) -> frozenset[int]:
        return frozenset({self._reference_index, *([self._renewal.index] if self._renewal else [])})

    def _check_size(self, frame: Tensor) -> None:
        self._shape = self._shape or frame.shape
        if frame.shape != self._shape:
            raise ValueError(
                f"frame {self._index} is {list(frame.shape)}, those before it {list(self._shape)}: "
                "all frames of a video must have one size; call reset() to begin another video"
            )


class WholeTeacher:
    """Translates every frame by the whole teacher, which a Shortcut is compared with; it keeps no reference."""

    def __init__(self, stages: Stages):
        self.stages = stages

    @torch.no_grad()
    def step(self, frame: Tensor) -> Step:
        """Translate a frame, as `Translator.step` takes it."""
        return Step(self.stages.teacher(frame), 0, True, frozenset())


def _check_settings(stages: Stages, refresh: Refresh, refresh_output: str, spread: bool, reuse_parsing: bool) -> None:
    is_fixed = isinstance(refresh, Every)
    if refresh_output not in REFRESH_OUTPUTS:
        raise ValueError(f"refresh_output must be one of {REFRESH_OUTPUTS}, got {refresh_output!r}")
    if spread and not (is_fixed and refresh.max_interval >= 2):
        raise ValueError("a refresh can be spread over a fixed interval of at least 2 only")
    if spread and len(stages.slices) > refresh.max_interval:
        raise ValueError(f"{len(stages.slices)} slices of the body do not fit into interval {refresh.max_interval}")
    if reuse_parsing and (spread or not is_fixed):
        how = "spread" if spread else type(refresh).__name__
        raise ValueError(f"face parts can be reused with a fixed interval and whole references only, got {how}")
