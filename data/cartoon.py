"""A classical cartoon of a picture, which a network can be taught to draw: flat tones, dark lines, strong colours."""

import cv2
import numpy as np

SMOOTHINGS, WINDOW_PX, REACH_PX, CONTRAST = 4, 9, 5.0, 32.0  # bilateral filter: passes, size, spreads (255 levels)
LIFT = 0.75  # exponent of lightness: below 1 it brightens, so that lines stand out in dark pictures, too
TONE, TONE_STEEPNESS = 16.0, 0.6  # height of a step of lightness, of 100, and how sharp its border is
LINE_PX, LINE_WEIGHT, LINE_STEEPNESS = 2.8, 0.982, 1.0  # spread of the finer blur, weight of the coarser, how dark
COARSER = 1.6  # spread of the coarser blur, of the finer's
SATURATION = 1.6


def cartoon(picture: np.ndarray) -> np.ndarray:
    """Cartoon of a picture, both uint8 [H, W, 3] RGB.

    Nothing in it is a hard threshold: steps of tone and lines fade in and out, so that noise moves them little and a
    video of cartoons is calm.

    Source: Winnemoeller et al., Real-Time Video Abstraction (2006), section 3.
    """
    smooth = picture
    for _ in range(SMOOTHINGS):
        smooth = cv2.bilateralFilter(smooth, WINDOW_PX, CONTRAST, REACH_PX)
    lab = cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness = 100 * (lab[..., 0].clip(0, 100) / 100) ** LIFT
    light = lines(lightness)
    lab[..., 0] = tones(lightness)
    lab[..., 1:] *= SATURATION
    drawn = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * light[..., None]
    return (drawn * 255).round().clip(0, 255).astype(np.uint8)


def tones(lightness: np.ndarray) -> np.ndarray:
    """Lightness float32 [H, W] in [0, 100], its steps flattened and their borders steepened; never a jump."""
    border = np.round(lightness / TONE) * TONE  # the nearest
    rise = np.tanh(TONE_STEEPNESS * (lightness - border)) / np.tanh(TONE_STEEPNESS * TONE / 2)
    return border + TONE / 2 * rise


def lines(lightness: np.ndarray) -> np.ndarray:
    """Share of light that dark lines on the dark side of edges leave, [H, W] in (0, 1].

    lightness: float32 [H, W] in [0, 100].
    """
    fine = cv2.GaussianBlur(lightness, (0, 0), LINE_PX)
    coarse = cv2.GaussianBlur(lightness, (0, 0), LINE_PX * COARSER)
    return 1 + np.tanh(np.minimum(LINE_STEEPNESS * (fine - LINE_WEIGHT * coarse), 0))
