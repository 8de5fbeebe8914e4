"""Paints the face: relief, skin, eyes, brows, mouth and glasses."""

import numpy as np

from data.samples.heads.appearance import Appearance
from data.samples.heads.motion import Pose
from data.samples.heads.surface import F, Surface, bump, cover, lit, noise, paint, shaded

BROW_Y, NOSE_Y, MOUTH_Y, CHIN_Y = -0.28, 0.5, 0.8, 1.25  # below the eyes
NOSE_REACH = 0.24  # height of its tip above the face
GLOSS = 0.14  # brightness of highlights


def paint_face(picture: np.ndarray, s: Surface, look: Appearance, pose: Pose) -> None:
    """Paint the head without hair into `picture`, float32 [3, H, W], in place."""
    at, s = s.where(s.inside > -0.05)
    picture = picture[(..., *at)]
    light, to_light = lit(look, s.depth + relief(s, look, pose) * s.front.clip(0, 1), s.pixel)
    skin = complexion(s, look)
    for side in (-1, 1):
        paint_eye(skin, s, look, pose, side)
        paint_brow(skin, s, look, pose, side)
        nostril = bump(s, side * 0.085 * look.nose + nose_shift(pose), NOSE_Y + 0.03, 0.045, 0.025)
        paint(skin, look.skin * 0.25, 0.8 * nostril * (s.front > 0))
    paint_mouth(skin, s, look, pose)
    if look.glasses:
        paint_glasses(skin, s, look, pose)
    paint(picture, skin * light + F(GLOSS) * to_light.clip(0) ** 16, cover(s.inside, s.pixel * 1.5))


def nose_shift(pose: Pose) -> float:
    """Sideways shift of the tip of the nose relative to the face when the head turns."""
    return NOSE_REACH * float(np.tan(pose.yaw))


def relief(s: Surface, look: Appearance, pose: Pose) -> np.ndarray:
    """Height of the face above a smooth egg shape, [H, W]."""
    along = np.clip((s.y + 0.12) / (NOSE_Y + 0.12), 0, 1)  # 0 between the eyes, 1 at the tip of the nose
    width = (0.08 + 0.06 * along) * F(look.nose)
    ridge = np.exp(-(((s.x - F(nose_shift(pose)) * along) / width) ** 2)) * along
    nose = NOSE_REACH * ridge * cover(F(NOSE_Y - 0.02) - s.y, 0.12)
    height = nose + 0.06 * bump(s, nose_shift(pose), NOSE_Y - 0.07, 0.12 * look.nose, 0.1)
    for side in (-1, 1):
        eye = side * look.eye_gap
        height += 0.07 * bump(s, side * 0.13 * look.nose + nose_shift(pose), NOSE_Y - 0.02, 0.06, 0.07)
        height -= 0.10 * bump(s, eye * 0.95, -0.06, 0.22, 0.16)
        height += 0.05 * bump(s, eye, 0.0, look.eye_size, 0.11)
        height += 0.03 * bump(s, eye, BROW_Y - 0.02, 0.3, 0.09)
        height += 0.05 * bump(s, eye * 1.15, 0.42, 0.25, 0.2)
        height -= 0.02 * bump(s, side * (look.mouth + 0.05), MOUTH_Y - 0.08, 0.06, 0.14)
    height += 0.06 * bump(s, 0, MOUTH_Y, look.mouth, 0.16) + 0.06 * bump(s, 0, CHIN_Y - 0.08, 0.22, 0.14)
    return height - 0.03 * bump(s, 0, MOUTH_Y + 0.22, 0.2, 0.05) - 0.015 * bump(s, 0, MOUTH_Y - 0.16, 0.04, 0.06)


def complexion(s: Surface, look: Appearance) -> np.ndarray:
    """Colour of the skin, [3, H, W]: redder on cheeks and nose, with stubble or a beard."""
    mottled = 1 + 0.025 * noise(s.x * 9, s.y * 9, look.seed) + 0.02 * noise(s.x * 40, s.y * 40, look.seed + 1)
    skin = shaded(look.skin.astype(F), mottled)
    red = bump(s, 0, NOSE_Y - 0.05, 0.16, 0.14) * 0.6
    for side in (-1, 1):
        red += bump(s, side * 0.55, 0.4, 0.25, 0.22)
        paint(skin, look.skin * 0.72, 0.5 * bump(s, side * look.eye_gap, 0.1, 0.22, 0.07))
        paint(skin, look.skin * 0.75, 0.4 * bump(s, side * look.eye_gap, -0.13, 0.24, 0.08))
    skin[1:] *= 1 - F(2 * look.blush) * red
    if look.beard:
        jaw = cover(s.y - 0.45 - 0.25 * (1 - np.abs(s.x)).clip(0), 0.25) * cover(1.25 - s.front, 0.3)
        lip = bump(s, 0, MOUTH_Y - 0.16, 0.3, 0.07)
        hairs = 0.8 + 0.35 * noise(s.x * 60, s.y * 25, look.seed + 2)
        paint(skin, look.hair * 0.9, np.clip(F(look.beard) * np.maximum(jaw, lip) * hairs, 0, 1))
    return skin


def paint_eye(skin: np.ndarray, s: Surface, look: Appearance, pose: Pose, side: int) -> None:
    """Paint one eye into `skin` [3, H, W]; `side` is -1 for the left and 1 for the right of the picture."""
    at, s = s.where((np.abs(s.x - side * look.eye_gap) < look.eye_size + 0.02) & (np.abs(s.y) < 0.25) & (s.front > 0))
    skin = skin[(..., *at)]
    x, y = (s.x - F(side * look.eye_gap)) / F(look.eye_size), s.y
    arch = (1 - x**2).clip(0)
    upper = (-0.115 * pose.eyes + 0.03 * (1 - pose.eyes)) * arch**0.7 - 0.02 * x * side * arch
    lower = 0.065 * arch
    visible = s.front > 0
    paint(skin, look.skin * 0.55, 0.6 * cover(0.012 - np.abs(y - upper + 0.055 * arch), 0.03) * visible * (arch > 0.1))
    ball = cover(np.minimum(y - upper, lower - y), 2 * s.pixel) * visible * (arch > 0)
    paint(skin, np.array([0.86, 0.84, 0.82]), ball)
    from_iris = np.hypot(s.x - F(side * look.eye_gap + pose.gaze), y)
    paint(skin, look.iris * 0.4, ball * cover(0.1 - from_iris, 2 * s.pixel))
    paint(skin, look.iris, ball * cover(0.085 - from_iris, 3 * s.pixel))
    paint(skin, np.full(3, 0.03), ball * cover(0.042 - from_iris, 2 * s.pixel))
    glint = np.hypot(s.x - F(side * look.eye_gap + pose.gaze + 0.03), y + 0.035)
    paint(skin, np.full(3, 1.0), ball * cover(0.02 - glint, 2 * s.pixel))
    paint(skin, np.full(3, 0.3), 0.5 * ball * cover(upper + 0.05 - y, 0.05))  # shadow of the lid
    paint(skin, look.hair * 0.5, cover(0.016 - np.abs(y - upper), 0.025) * visible * (arch > 0.03))
    paint(skin, look.skin * 0.5, 0.5 * cover(0.006 - np.abs(y - lower), 0.02) * visible * (arch > 0.1))


def paint_brow(skin: np.ndarray, s: Surface, look: Appearance, pose: Pose, side: int) -> None:
    """Paint one eyebrow into `skin` [3, H, W]; `side` is -1 for the left and 1 for the right of the picture."""
    at, s = s.where((np.abs(s.x - side * look.eye_gap) < 0.3) & (np.abs(s.y - BROW_Y) < 0.25) & (s.front > 0))
    skin = skin[(..., *at)]
    x = (s.x * side - F(look.eye_gap)) / F(0.27)  # -1 at the nose, 1 at the temple
    middle = BROW_Y - pose.brows - 0.05 * (1 - (x - 0.3) ** 2)
    thick = look.brow * (1.15 - 0.5 * x.clip(-1, 1)) * (np.abs(x) < 1) * np.sqrt((1 - x**2).clip(0))
    hairs = 0.85 + 0.3 * noise(s.x * 45 + s.y * 20 * side, s.y * 12, look.seed + 3)
    share = np.clip(0.9 * cover(thick - np.abs(s.y - middle), 0.05) * hairs, 0, 1)
    paint(skin, look.hair * 0.75, share * (s.front > 0) * (np.abs(x) < 1))


def paint_mouth(skin: np.ndarray, s: Surface, look: Appearance, pose: Pose) -> None:
    """Paint lips and, in an open mouth, teeth into `skin` [3, H, W]."""
    at, s = s.where((np.abs(s.x) < 0.5) & (np.abs(s.y - MOUTH_Y) < 0.45) & (s.front > 0))
    skin = skin[(..., *at)]
    half = look.mouth * (1 + 0.1 * pose.smile - 0.12 * pose.mouth)
    x = s.x / F(half)
    arch = (1 - x**2).clip(0)
    y = s.y - F(MOUTH_Y) + F(0.06 * pose.smile) * x**2
    top = -0.085 * arch * (1 + 0.25 * np.abs(x) - 0.25 * np.exp(-((x / 0.12) ** 2)))
    upper, lower = -0.012 * arch, 0.008 * arch + F(0.2 * pose.mouth) * arch
    bottom = lower + 0.11 * arch**0.8
    visible = (s.front > 0) * (arch > 0)
    paint(skin, look.lips, cover(np.minimum(y - top, bottom - y), 0.03) * visible)
    paint(skin, look.lips * 1.15, 0.5 * cover(0.02 - np.abs(y - (lower + bottom) / 2), 0.06) * visible * (arch > 0.4))
    inside = cover(np.minimum(y - upper, lower - y), 0.02) * visible
    paint(skin, np.array([0.18, 0.05, 0.05]), inside)
    teeth = inside * cover(upper + 0.07 - y, 0.02) * (arch > 0.25)
    paint(skin, np.array([0.85, 0.82, 0.77]), teeth * min(1.0, 3 * pose.mouth))
    shut = cover(0.006 - np.abs(y - (upper + lower) / 2), 0.02) * visible
    paint(skin, look.skin * 0.35, 0.7 * shut * max(0.0, 1 - 4 * pose.mouth))
    paint(skin, look.skin * 0.6, 0.5 * bump(s, 0, MOUTH_Y + 0.17 + 0.2 * pose.mouth, 0.2, 0.035))


def paint_glasses(skin: np.ndarray, s: Surface, look: Appearance, pose: Pose) -> None:
    """Paint the frame of the glasses into `skin` [3, H, W]."""
    at, s = s.where((np.abs(s.y) < 0.35) & (s.front > -0.2))
    skin = skin[(..., *at)]
    for side in (-1, 1):
        x, y = (s.x - F(side * look.eye_gap)) / 0.31, (s.y - 0.03) / 0.23
        rim = np.abs((np.abs(x) ** 3 + np.abs(y) ** 3) ** F(1 / 3) - 1) * 0.25
        paint(skin, np.full(3, 0.08), cover(0.018 - rim, 0.02) * (s.front > 0))
    bridge = cover(0.015 - np.abs(s.y + 0.05), 0.02) * (np.abs(s.x) < look.eye_gap - 0.3)
    arms = cover(0.015 - np.abs(s.y + 0.05), 0.02) * (np.abs(s.x) > look.eye_gap + 0.3)
    paint(skin, np.full(3, 0.08), (bridge + arms) * (s.front > -0.2))
