"""What a talking head looks like: the person, the light and the backdrop."""

from dataclasses import dataclass

import numpy as np

HAIRCUTS = ("short", "long", "cropped", "curly", "bald")
BACKDROPS = ("wall", "window", "shelf", "lights")
SKINS = np.array(
    [
        [0.93, 0.76, 0.67],
        [0.88, 0.69, 0.58],
        [0.82, 0.62, 0.48],
        [0.72, 0.52, 0.39],
        [0.55, 0.37, 0.27],
        [0.4, 0.27, 0.2],
    ]
)
HAIRS = np.array(
    [[0.09, 0.07, 0.06], [0.2, 0.13, 0.09], [0.38, 0.24, 0.14], [0.66, 0.5, 0.3], [0.5, 0.22, 0.1], [0.6, 0.59, 0.57]]
)
IRISES = np.array([[0.25, 0.14, 0.07], [0.35, 0.25, 0.12], [0.3, 0.42, 0.5], [0.3, 0.4, 0.25]])


@dataclass(frozen=True)
class Appearance:
    """Everything that is constant in a clip. Colours are RGB [3] in [0, 1]; lengths are in half widths of the head."""

    radius: float  # half width of the head, as a fraction of the picture's width
    length: float  # half height of the head
    jaw: float  # how much narrower the head is at the chin
    roundness: float  # exponent of the outline; 2 gives an ellipse
    eye_gap: float  # distance from the middle of the face to the centre of an eye
    eye_size: float
    nose: float  # width relative to the mean
    mouth: float  # half width
    skin: np.ndarray
    blush: float
    hair: np.ndarray
    haircut: str
    hairline: float  # height above the eyes
    parting: float
    iris: np.ndarray
    lips: np.ndarray
    brow: float  # thickness of the brows
    beard: float  # 0 for none to 1 for full
    glasses: bool
    clothes: np.ndarray
    stripes: bool
    neckline: float
    backdrop: str
    light: np.ndarray  # unit vector [3] towards the light: right, down, towards the camera
    contrast: float  # fraction of directed light
    tint: np.ndarray
    seed: int


def random_appearance(seed: list[int]) -> Appearance:
    """A random person in random light before a random backdrop."""
    rng = np.random.default_rng(seed)
    tone = rng.integers(len(SKINS))
    skin = SKINS[tone] * rng.uniform(0.98, 1.02, 3) * 1.05
    hair = HAIRS[rng.integers(len(HAIRS) - tone * 4 // 5)] * rng.uniform(0.85, 1.15)  # dark skin comes with dark hair
    bearded = rng.random() < 0.35
    light = np.array([rng.uniform(-0.8, 0.8), rng.uniform(-0.8, -0.1), rng.uniform(0.5, 1.0)])
    return Appearance(
        radius=rng.uniform(0.2, 0.26),
        length=rng.uniform(1.3, 1.45),
        jaw=rng.uniform(0.16, 0.32),
        roundness=rng.uniform(2.1, 2.5),
        eye_gap=rng.uniform(0.39, 0.45),
        eye_size=rng.uniform(0.18, 0.22),
        nose=rng.uniform(0.8, 1.25),
        mouth=rng.uniform(0.3, 0.38),
        skin=skin,
        blush=rng.uniform(0.02, 0.1),
        hair=hair,
        haircut=HAIRCUTS[rng.choice(len(HAIRCUTS), p=[0.35, 0.3, 0.15, 0.12, 0.08])],
        hairline=rng.uniform(0.62, 0.9),
        parting=rng.uniform(-0.5, 0.5),
        iris=IRISES[rng.integers(len(IRISES) - tone * 3 // 5)],
        lips=skin * rng.uniform([0.8, 0.5, 0.5], [0.95, 0.7, 0.7]),
        brow=rng.uniform(0.03, 0.055),
        beard=rng.uniform(0.3, 0.9) if bearded else 0.0,
        glasses=bool(rng.random() < 0.2),
        clothes=muted(rng),
        stripes=bool(rng.random() < 0.3),
        neckline=rng.uniform(0.0, 0.5),
        backdrop=BACKDROPS[rng.integers(len(BACKDROPS))],
        light=light / np.linalg.norm(light),
        contrast=rng.uniform(0.35, 0.75),
        tint=rng.uniform(0.94, 1.06, 3),
        seed=int(rng.integers(2**31)),
    )


def muted(rng: np.random.Generator) -> np.ndarray:
    """A random colour of low saturation, [3] in [0.05, 0.9]."""
    return rng.uniform(0.2, 0.75) + rng.uniform(0.2, 1) * rng.uniform(-0.15, 0.15, 3)
