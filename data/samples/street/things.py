"""Objects of a street. Each function appends one random object to `solids`."""

import numpy as np

from data.samples.street.palette import Material as M
from data.samples.street.solids import Solids

Pose = tuple[float, float, float]  # (x, z, yaw)


def add_building(solids: Solids, pose: Pose, width: float, rng: np.random.Generator) -> None:
    """A house with its front at local x = 0 and its body at x > 0. About a third have a flat roof."""
    height = rng.choice([7.0, 10.0, 13.0, 16.0, 19.0], p=[0.15, 0.3, 0.3, 0.15, 0.1]) + rng.uniform(-0.6, 0.6)
    seed = _seed(rng)
    depth = rng.uniform(9, 13)
    if rng.random() < 0.35:
        outline = [(0, 0), (0, height), (depth, height), (depth, 0)]
        materials = [M.FACADE, None, None, None]
    else:
        ridge = height + rng.uniform(2.5, 4.5)
        outline = [(0, 0), (0, height), (depth / 2, ridge), (depth, height), (depth, 0)]
        materials = [M.FACADE, M.ROOF, None, None, None]
    solids.add_prism(outline, width, "z", materials, M.GABLE, pose, (0, seed))


def add_car(solids: Solids, pose: Pose, thing: int, rng: np.random.Generator, vans: float = 0.14) -> None:
    """A saloon, a hatchback or, with probability `vans`, a van, heading along local +z."""
    seed = _seed(rng)
    kind = (thing, seed)
    if rng.random() < vans:
        outline = [(-2.5, 0.06), (-2.55, 2.15), (1.5, 2.2), (2.3, 1.2), (2.5, 0.9), (2.55, 0.06)]
        materials = [M.CAR_REAR, M.PAINT, M.GLASS, M.PAINT, M.CAR_FRONT, None]
        solids.add_prism(outline, 1.95, "x", materials, M.VAN_SIDE, pose, kind)
        return
    body = [(-2.1, 0.06), (-2.15, 0.85), (-1.95, 0.98), (0.95, 0.98), (2.05, 0.76), (2.12, 0.06)]
    solids.add_prism(body, 1.8, "x", [M.CAR_REAR, M.PAINT, M.PAINT, M.PAINT, M.CAR_FRONT, None], M.CAR_SIDE, pose, kind)
    back = rng.choice([-2.0, -1.55])
    cabin = [(back, 0.97), (back + 0.45, 1.47), (0.15, 1.5), (1.0, 0.97)]
    solids.add_prism(cabin, 1.62, "x", [M.GLASS, M.PAINT, M.GLASS, None], M.CABIN_SIDE, pose, kind)


def add_tree(solids: Solids, x: float, z: float, rng: np.random.Generator) -> None:
    """A trunk and a crown of overlapping balls of leaves; a distant tree has fewer balls."""
    seed = _seed(rng)
    size = rng.uniform(0.85, 1.25)
    post = [(-0.14, 0), (-0.1, 3.2 * size), (0.1, 3.2 * size), (0.14, 0)]
    solids.add_prism(post, 0.26, "z", [M.TRUNK, None, M.TRUNK, None], M.TRUNK, (x, z, 0.0), (0, seed))
    solids.add_sphere(x, 4.4 * size, z, 1.45 * size, (M.LEAVES, 0, seed))
    balls = 5 if z < 45 else 2
    for angle in np.arange(balls) * (2 * np.pi / balls) + rng.uniform(0, 1.2):
        reach, height = rng.uniform(0.7, 1.1) * size, rng.uniform(3.5, 5.6) * size
        radius = rng.uniform(0.8, 1.2) * size
        solids.add_sphere(x + reach * np.cos(angle), height, z + reach * np.sin(angle), radius, (M.LEAVES, 0, seed))


def add_lamp(solids: Solids, pose: Pose) -> None:
    """A lamp post with an arm along local -x."""
    post = [(-0.07, 0), (-0.05, 6.5), (0.05, 6.5), (0.07, 0)]
    solids.add_prism(post, 0.12, "z", [M.POLE, None, M.POLE, None], M.POLE, pose, (0, 1))
    arm = [(-1.6, 6.45), (-1.6, 6.65), (0.05, 6.55), (0.05, 6.45)]
    solids.add_prism(arm, 0.16, "z", [M.POLE] * 4, M.POLE, pose, (0, 1))


def add_sign(solids: Solids, pose: Pose, rng: np.random.Generator) -> None:
    """A traffic sign on a thin pole, facing local -z."""
    post = [(-0.04, 0), (-0.04, 2.3), (0.04, 2.3), (0.04, 0)]
    solids.add_prism(post, 0.08, "z", [M.POLE, None, M.POLE, None], M.POLE, pose, (0, 1))
    plate = np.array([(np.cos(a), np.sin(a)) for a in np.arange(6) * np.pi / 3]) * 0.38 + (0, 2.45)
    solids.add_prism(plate, 0.1, "z", [M.POLE] * 6, M.SIGN, pose, (0, _seed(rng)))


def add_hedge(solids: Solids, pose: Pose, width: float, rng: np.random.Generator) -> None:
    """A hedge with its front at local x = 0."""
    height = rng.uniform(1.1, 2.4)
    outline = [(0, 0), (0, height), (1.2, height), (1.2, 0)]
    solids.add_prism(outline, width, "z", [M.HEDGE] * 3 + [None], M.HEDGE, pose, (0, _seed(rng)))


def add_person(solids: Solids, pose: Pose, thing: int, rng: np.random.Generator) -> None:
    """A person facing local +z."""
    seed = _seed(rng)
    legs = [(-0.14, 0), (-0.17, 0.85), (0.17, 0.85), (0.14, 0)]
    torso = [(-0.17, 0.82), (-0.24, 1.4), (-0.1, 1.52), (0.1, 1.52), (0.24, 1.4), (0.17, 0.82)]
    solids.add_prism(legs, 0.2, "z", [M.CLOTHES] * 3 + [None], M.CLOTHES, pose, (thing, seed + 1))
    solids.add_prism(torso, 0.24, "z", [M.CLOTHES] * 5 + [None], M.CLOTHES, pose, (thing, seed))
    solids.add_sphere(pose[0], 1.64, pose[1], 0.13, (M.SKIN, thing, seed))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 1 << 16))
