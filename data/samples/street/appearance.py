"""What the two domains look like: A is a colourful game, B a real street under an overcast sky."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Appearance:
    """Colours, light and camera of one clip. Colours are RGB in [0, 1]; directions are (x right, y down, z ahead)."""

    sky_top: np.ndarray  # [3]
    sky_low: np.ndarray
    cloud: np.ndarray
    cloudiness: float  # 0 for a clear sky to 1 for a covered one
    haze: np.ndarray
    haze_m: float  # distance at which haze makes up two thirds of a colour
    skyline: np.ndarray
    asphalt: np.ndarray
    mark: np.ndarray
    pavement: np.ndarray
    walls: np.ndarray  # [K, 3]
    trim: np.ndarray
    window: np.ndarray
    shops: np.ndarray  # [K, 3]
    roofs: np.ndarray  # [K, 3]
    paints: np.ndarray  # [K, 3]
    car_glass: np.ndarray
    head_lamp: np.ndarray
    tail_lamp: np.ndarray
    leaves: np.ndarray
    trunk: np.ndarray
    metal: np.ndarray
    clothes: np.ndarray  # [K, 3]
    sun: np.ndarray  # [3] unit vector towards the sun
    sun_light: float
    sky_light: float
    shadow: float  # fraction by which a shadow darkens the ground
    texture: float  # amplitude of the noise on surfaces
    tint: np.ndarray  # [3] colour of the light
    saturation: float
    contrast: float
    blur_px: float
    vignette: float
    grain: float  # sigma of the sensor noise


def game_appearance(seed: list[int]) -> Appearance:
    """Domain A: a clear day or a warm evening, chosen by `seed`."""
    rng = np.random.default_rng(seed)
    evening = rng.random() < 0.25
    azimuth = rng.uniform(0, 2 * np.pi)
    low = np.array([0.99, 0.80, 0.58]) if evening else np.array([0.74, 0.88, 0.99])
    return Appearance(
        sky_top=np.array([0.30, 0.42, 0.75]) if evening else np.array([0.16, 0.42, 0.88]),
        sky_low=low,
        cloud=np.array([1.0, 0.88, 0.78]) if evening else np.array([1.0, 1.0, 1.0]),
        cloudiness=rng.uniform(0.35, 0.55),
        haze=low,
        haze_m=rng.uniform(160, 240),
        skyline=np.array([0.30, 0.47, 0.36]),
        asphalt=np.array([0.40, 0.40, 0.45]) * rng.uniform(0.92, 1.08),
        mark=np.array([0.97, 0.97, 0.92]),
        pavement=_rgb("b8a58c c0b0a0 a8a09c")[rng.integers(3)],
        walls=_rgb("d9694a e8c06a 6fa3c4 efe6d2 c98f62 93b878 b8504a e0a080 8f86b8 f0d8a8"),
        trim=np.array([0.96, 0.95, 0.90]),
        window=np.array([0.25, 0.42, 0.60]),
        shops=_rgb("c8202c 1f6fc0 1f9a50 e0a010 7a3fa0"),
        roofs=_rgb("b04a30 8c4030 5a5f70 c06a40"),
        paints=_rgb("d01c1c 1c4fd0 f0c010 f2f2f2 f07010 109a9a 30302f 70c030 b8c0cc"),
        car_glass=np.array([0.12, 0.18, 0.24]),
        head_lamp=np.array([0.95, 0.95, 0.85]),
        tail_lamp=np.array([0.80, 0.06, 0.05]),
        leaves=np.array([0.25, 0.56, 0.14]) * rng.uniform(0.9, 1.1),
        trunk=np.array([0.42, 0.28, 0.17]),
        metal=np.array([0.45, 0.48, 0.52]),
        clothes=_rgb("c03030 2050b0 f0e0c0 30a060 503060 e0a030"),
        sun=_towards(azimuth, 0.55 if evening else 0.95),
        sun_light=0.50,
        sky_light=0.66,
        shadow=0.45,
        texture=0.10,
        tint=np.array([1.05, 0.95, 0.82]) if evening else np.array([1.0, 1.0, 0.99]),
        saturation=1.12,
        contrast=1.06,
        blur_px=0.0,
        vignette=0.0,
        grain=0.0,
    )


def real_appearance(seed: list[int]) -> Appearance:
    """Domain B: an overcast day in a German street, varied by `seed`."""
    rng = np.random.default_rng(seed)
    return Appearance(
        sky_top=np.array([0.86, 0.89, 0.88]),
        sky_low=np.array([0.95, 0.96, 0.93]),
        cloud=np.array([0.97, 0.98, 0.96]),
        cloudiness=0.6,
        haze=np.array([0.80, 0.83, 0.80]),
        haze_m=rng.uniform(210, 290),
        skyline=np.array([0.42, 0.46, 0.41]),
        asphalt=np.array([0.31, 0.325, 0.315]) * rng.uniform(0.93, 1.07),
        mark=np.array([0.66, 0.67, 0.64]),
        pavement=np.array([0.43, 0.43, 0.405]) * rng.uniform(0.95, 1.05),
        walls=_rgb("8c8678 a39c8c 74706a b3ab9a 857a6c 9a9690 6e655c aaa496"),
        trim=np.array([0.66, 0.65, 0.61]),
        window=np.array([0.20, 0.225, 0.225]),
        shops=_rgb("5a4a48 4a5058 585e50 6a6458"),
        roofs=_rgb("5c4a42 4c4846 54504c"),
        paints=_rgb("1c1f22 26292c 34383c 4a4e52 22262e 2e2624 6a6e70 3a3c3e"),
        car_glass=np.array([0.09, 0.10, 0.105]),
        head_lamp=np.array([0.62, 0.63, 0.60]),
        tail_lamp=np.array([0.42, 0.13, 0.11]),
        leaves=np.array([0.235, 0.275, 0.175]) * rng.uniform(0.92, 1.08),
        trunk=np.array([0.21, 0.19, 0.165]),
        metal=np.array([0.36, 0.37, 0.36]),
        clothes=_rgb("24262a 3a3c40 4a3c38 2c3440"),
        sun=_towards(rng.uniform(0, 2 * np.pi), 1.2),
        sun_light=0.12,
        sky_light=0.90,
        shadow=0.45,
        texture=0.13,
        tint=np.array([0.985, 1.015, 0.985]),
        saturation=0.85,
        contrast=0.94,
        blur_px=0.55,
        vignette=0.16,
        grain=0.010,
    )


def _rgb(codes: str) -> np.ndarray:
    """[K, 3] from hexadecimal colours."""
    return np.array([list(bytes.fromhex(code)) for code in codes.split()]) / 255


def _towards(azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector [3] in a direction given by angles, rad."""
    flat = np.cos(elevation)
    return np.array([flat * np.sin(azimuth), -np.sin(elevation), flat * np.cos(azimuth)])
