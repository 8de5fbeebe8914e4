"""A frame of a talking head."""

import cv2
import numpy as np

from data.heads.backdrop import behind
from data.heads.body import paint_body, paint_ears
from data.heads.face import paint_face
from data.heads.hair import paint_hair_behind, paint_hair_over
from data.heads.looks import Look
from data.heads.motion import Pose
from data.heads.surface import F, surface

BLUR_PX, GRAIN, EXPOSURE = 0.6, 0.012, 1.2


def render(look: Look, pose: Pose, drawn_backdrop: np.ndarray, size: int, t: int) -> np.ndarray:
    """Frame t, uint8 [size, size, 3] RGB."""
    picture = behind(drawn_backdrop, size, 0.3 * pose.x, 0.3 * pose.y)
    s = surface(look, pose, size)
    paint_hair_behind(picture, s, look)
    paint_body(picture, s, look, pose)
    paint_ears(picture, s, look, pose)
    paint_face(picture, s, look, pose)
    paint_hair_over(picture, s, look)
    return _develop(picture, look, np.random.default_rng([look.seed, 2, t]))


def _develop(light: np.ndarray, look: Look, rng: np.random.Generator) -> np.ndarray:
    """What the camera makes of the light [H, W, 3]."""
    colour = cv2.GaussianBlur(light * F(EXPOSURE) * look.tint.astype(F), (0, 0), BLUR_PX)
    colour = colour + F(GRAIN) * rng.standard_normal(colour.shape, F)
    return np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)
