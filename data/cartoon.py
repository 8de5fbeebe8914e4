"""Turns a picture into a cartoon with flat tones, dark lines and strong colours: the target of a teacher's training."""

import cv2
import numpy as np

FILTER_PASSES, FILTER_PX, SIGMA_PX, SIGMA_LEVELS = 4, 9, 5.0, 32.0  # bilateral filter; levels are those of uint8
GAMMA = 0.75  # exponent of lightness; below 1 it brightens, so that lines are visible in dark pictures too
TONE, TONE_STEEPNESS = 16.0, 0.6  # step between tones, of 100 levels of lightness, and sharpness of its border
LINE_PX, LINE_WEIGHT, LINE_STEEPNESS = 2.8, 0.982, 1.0  # sigma of the finer blur, weight of the coarser, darkness
COARSER = 1.6  # sigma of the coarser blur divided by that of the finer
SATURATION = 1.6  # factor of the colour channels


def draw_cartoon(picture: np.ndarray) -> np.ndarray:
    """The cartoon of `picture`, both uint8 [H, W, 3] RGB.

    There is no hard threshold: the borders of tones and lines are smooth functions of the picture. Noise therefore
    changes the cartoon little, and a video of cartoons does not flicker.

    Source: Winnemoeller et al., Real-Time Video Abstraction (2006), section 3.
    """
    smooth = picture
    for _ in range(FILTER_PASSES):
        smooth = cv2.bilateralFilter(smooth, FILTER_PX, SIGMA_LEVELS, SIGMA_PX)
    lab = cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness = 100 * (lab[..., 0].clip(0, 100) / 100) ** GAMMA
    light = line_brightness(lightness)
    lab[..., 0] = flatten_tones(lightness)
    lab[..., 1:] *= SATURATION
    drawn = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * light[..., None]
    return (drawn * 255).round().clip(0, 255).astype(np.uint8)


def flatten_tones(lightness: np.ndarray) -> np.ndarray:
    """Flatten `lightness`, float32 [H, W] in [0, 100], into tones with steep but continuous borders."""
    border = np.round(lightness / TONE) * TONE  # the nearest border between two tones
    rise = np.tanh(TONE_STEEPNESS * (lightness - border)) / np.tanh(TONE_STEEPNESS * TONE / 2)
    return border + TONE / 2 * rise


def line_brightness(lightness: np.ndarray) -> np.ndarray:
    """Factor of brightness, [H, W] in (0, 1], that draws dark lines on the dark side of edges.

    Args:
        lightness: float32 [H, W] in [0, 100].
    """
    fine = cv2.GaussianBlur(lightness, (0, 0), LINE_PX)
    coarse = cv2.GaussianBlur(lightness, (0, 0), LINE_PX * COARSER)
    return 1 + np.tanh(np.minimum(LINE_STEEPNESS * (fine - LINE_WEIGHT * coarse), 0))
