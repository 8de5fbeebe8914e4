"""The colours of the ground and of the sky."""

import cv2
import numpy as np

from data.samples.street.appearance import Appearance
from data.samples.street.camera import HORIZON_PX, NEAR_M, WIDTH, View, turned
from data.samples.street.drive import CAMERA_HEIGHT_M, LANE_M
from data.samples.street.noise import hash01, mix, smooth
from data.samples.street.scene import CURB_M, PARKING_M, Scene

F = np.float32
_CAR_FOOT = np.array([(-0.98, -2.25), (0.98, -2.25), (0.98, 2.25), (-0.98, 2.25)])
LANE_EDGE_M = PARKING_M - 1.25


def street_position(scene: Scene, t: int, ray: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Street coordinates (s, d) of the ground points that rays [3, n] hit at `depth` [n]."""
    to_world = np.linalg.inv(scene.camera[t]).astype(F)
    x, _, z = turned(to_world[:3, :3], ray * depth) + to_world[:3, 3:]
    return scene.road.street_coordinates(x, z)


def ground(look: Appearance, s: np.ndarray, d: np.ndarray, depth: np.ndarray, focal: float) -> np.ndarray:
    """Colours [n, 3] of asphalt, road marks, kerbs and pavements at street coordinates (s, d); `focal` is in px."""
    side = np.abs(d)
    ahead = depth * depth / F(focal * CAMERA_HEIGHT_M)  # metres of road that a pixel covers
    across = depth / F(focal) + np.abs(d - F(LANE_M)) * depth / F(focal * CAMERA_HEIGHT_M)
    grain = smooth(s * F(1.1), d * F(3.1)) * F(0.8) + smooth(s * 14, d * 14) * np.clip(1.5 - ahead / F(0.12), 0, 1)
    worn = F(0.05) * np.cos((side - F(LANE_M)) * F(2 * np.pi / 1.7)) * (side < 4)
    colour = look.asphalt.astype(F) * (1 + F(look.texture) * grain + worn)[:, None]
    colour = mix(colour, colour * F(0.9), side > LANE_EDGE_M)
    colour = mix(colour, look.mark, F(0.9) * _marks(s, d, ahead, across))
    beyond = np.clip((side - F(CURB_M)) / across + F(0.5), 0, 1)
    walk = np.flatnonzero(beyond)
    colour[walk] = mix(colour[walk], _walk(look, s[walk], d[walk], side[walk], ahead[walk]), beyond[walk])
    return colour


def _marks(s: np.ndarray, d: np.ndarray, ahead: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Fraction of paint [n] in pixels that cover `ahead` metres along the street and `across` metres sideways."""
    side = np.abs(d)
    dash = _cover(np.abs(s % 6 - 3), 1.5, ahead)  # 3 m of paint, 3 m of none
    dash += (F(0.5) - dash) * np.clip(ahead / 3 - F(0.5), 0, 1)
    lines = np.maximum(_cover(side, 0.09, across) * dash, _cover(side - F(LANE_EDGE_M), 0.07, across))
    bay = _cover((s + F(1.3)) % F(12.4) - F(6.2), 0.07, ahead) * (side > LANE_EDGE_M) * (ahead < 0.5)
    return np.maximum(lines, bay)


def _cover(x: np.ndarray, half: float, width: np.ndarray) -> np.ndarray:
    """Fraction [n] of the interval of `width` around `x` that lies within `half` of zero."""
    reach = width * F(0.5)
    return np.maximum(np.minimum(x + reach, F(half)) - np.maximum(x - reach, F(-half)), 0) / width


def _walk(look: Appearance, s: np.ndarray, d: np.ndarray, side: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Colours [n, 3] of paving slabs and the kerb."""
    slab_s, slab_d = np.floor(s / 1.2), np.floor(d / 0.8)
    tone = (hash01(slab_s, slab_d, 41) - 0.5) * np.clip(1.5 - ahead / 0.7, 0, 1)
    joint = ((s / 1.2 - slab_s < 0.05) | (d / 0.8 - slab_d < 0.07)) * np.clip(1.5 - ahead / 0.15, 0, 1)
    grain = smooth(s * 8 + 50, d * 8) * np.clip(1.5 - ahead / 0.2, 0, 1)
    colour = look.pavement.astype(F) * (1 + 0.14 * tone + F(0.7 * look.texture) * grain - 0.16 * joint)[:, None]
    kerb = side < CURB_M + 0.28
    return mix(colour, look.pavement * 1.18, kerb) * np.where(side < CURB_M + 0.07, F(0.62), F(1))[:, None]


def shadows(scene: Scene, look: Appearance, view: View, t: int, scale: int) -> np.ndarray:
    """Fraction of light, [h, w], that cars take from the ground below and beside them, with soft edges."""
    dark = np.zeros(view.ids.shape, np.uint8)
    to_world, camera = scene.objects[t], scene.camera[t]
    drop = 1.6 * look.sun_light * look.sun[[0, 2]] / look.sun[1]  # displacement of the roof's shadow
    for thing, x, z, yaw in scene.shadows:
        place = to_world[int(thing)]
        sin, cos = np.sin(yaw), np.cos(yaw)
        foot = _CAR_FOOT @ np.array([[cos, -sin], [sin, cos]]) + (x, z)
        foot = foot @ place[[0, 2]][:, [0, 2]].T + place[[0, 2], 3]
        hull = cv2.convexHull(np.concatenate([foot, foot + drop]).astype(np.float32)).reshape(-1, 2)
        points = _in_front(hull @ camera[:3, [0, 2]].T + camera[:3, 3])
        if len(points):
            xy = points[:, :2] / points[:, 2:] * view.focal + (WIDTH / 2, HORIZON_PX + 0.5)
            cv2.fillConvexPoly(dark, np.clip(xy * scale * 16, -1e6, 1e6).astype(np.int32), 255, shift=4)
    return cv2.blur(dark, (3 * scale, 2 * scale)).astype(F) * F(look.shadow / 255)


def _in_front(points: np.ndarray) -> np.ndarray:
    """Clip a polygon [K, 3] to the part in front of the camera, corners [K', 3]."""
    if points[:, 2].min() > NEAR_M:
        return points
    kept = []
    for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
        if a[2] > NEAR_M:
            kept.append(a)
        if (a[2] > NEAR_M) != (b[2] > NEAR_M):
            kept.append(a + (b - a) * (NEAR_M - a[2]) / (b[2] - a[2]))
    return np.array(kept).reshape(-1, 3)


def sky(look: Appearance, direction: np.ndarray) -> np.ndarray:
    """Colours [n, 3] of the sky in world directions [3, n]."""
    x, y, z = direction
    up = -y / np.sqrt(x * x + y * y + z * z)
    high = np.clip(up / F(0.3), 0, 1) ** F(0.7)
    colour = mix(np.broadcast_to(look.sky_low.astype(F), (len(up), 3)), look.sky_top, high)
    reach = 1 / np.maximum(up + 0.12, 0.05)
    puff = smooth(np.arctan2(x, z) * 26, reach * 7 + 40) + 0.5 * smooth(np.arctan2(x, z) * 60, reach * 17)
    share = np.clip((puff - 1 + 2 * look.cloudiness) * 0.8, 0, 0.9) * np.clip(up / 0.06, 0, 1)
    return mix(colour, look.cloud, share)
