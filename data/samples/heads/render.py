"""Draws a frame of a talking head."""

import cv2
import numpy as np

from data.samples.heads.appearance import Appearance
from data.samples.heads.backdrop import crop_backdrop
from data.samples.heads.body import paint_body, paint_ears
from data.samples.heads.face import paint_face
from data.samples.heads.hair import paint_hair_behind, paint_hair_over
from data.samples.heads.motion import Pose
from data.samples.heads.surface import F, plane, surface

BLUR_PX, GRAIN, EXPOSURE = 0.6, 0.012, 1.2
REACH = 1.4  # of the head with its hair, in half widths and half heights of the head


def render(look: Appearance, pose: Pose, drawn_backdrop: np.ndarray, size: int, t: int) -> np.ndarray:
    """Draw frame t, uint8 [size, size, 3] RGB."""
    picture = crop_backdrop(drawn_backdrop, size, 0.3 * pose.x, 0.3 * pose.y).transpose(2, 0, 1).copy()
    whole = plane(look, pose, size)
    paint_hair_behind(picture, whole, look)
    paint_body(picture, whole, look, pose)
    paint_ears(picture, whole, look, pose)
    at, near = whole.where((np.abs(whole.right) < REACH) & (np.abs(whole.down) < REACH * look.length))
    head = surface(look, pose, near)
    paint_face(picture[(..., *at)], head, look, pose)
    paint_hair_over(picture[(..., *at)], head, look)
    return _develop(picture, look, np.random.default_rng([look.seed, 2, t]))


def _develop(light: np.ndarray, look: Appearance, rng: np.random.Generator) -> np.ndarray:
    """Convert light [3, H, W] to the camera's image, uint8 [H, W, 3]."""
    channels = [channel * F(EXPOSURE) * tint for channel, tint in zip(light, look.tint.astype(F), strict=True)]
    blurred = cv2.GaussianBlur(cv2.merge(channels), (0, 0), BLUR_PX)
    # Everything after the grain is computed in place, because allocating this much memory is slow.
    colour = rng.standard_normal(blurred.shape, F)
    colour *= F(GRAIN)
    colour += blurred
    colour *= 255
    colour += 0.5
    return colour.clip(0, 255, out=colour).astype(np.uint8)
