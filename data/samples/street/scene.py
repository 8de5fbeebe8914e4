"""A random street and its traffic, as plain arrays."""

from dataclasses import dataclass

import numpy as np

from data.samples.street import hand_held, things
from data.samples.street.drive import LANE_M, drive, steady, sway, with_a_stop
from data.samples.street.road import Road, random_road
from data.samples.street.solids import Solids, placement

PARKING_M, CURB_M, WALL_M = 5.45, 6.6, 10.0  # distances from the centre line
SIGHT_M = 150.0


@dataclass(frozen=True)
class Scene:
    """Polygons and spheres in the coordinates of their object, and the position of every object in every frame.

    Camera coordinates are metres with +x right, +y down, +z ahead.
    """

    corners: np.ndarray  # [F, 6, 3]
    axes: np.ndarray  # [F, 3, 3] origin, u, v
    extent: np.ndarray  # [F, 2]
    face_kind: np.ndarray  # [F, 3] material, object, seed
    spheres: np.ndarray  # [S, 4] centre, radius
    sphere_kind: np.ndarray  # [S, 3]
    shadows: np.ndarray  # [C, 4] object, centre x, centre z and yaw of every car, in coordinates of its object
    camera: np.ndarray  # [T, 4, 4] world -> camera
    zoom: np.ndarray  # [T] factor of the focal length
    objects: np.ndarray  # [T, O, 4, 4] object -> world; object 0 is the world
    road: Road
    seed: int

    def __len__(self) -> int:
        return len(self.camera)


def random_scene(seed: list[int], frames: int, stops: bool = False, held: bool = False) -> Scene:
    """A random scene with a street, traffic and a drive of `frames` frames.

    Args:
        seed: determines the scene.
        stops: the camera brakes, waits and pulls away.
        held: the camera is hand-held and the car drives faster.
    """
    rng = np.random.default_rng(seed)
    road, solids = random_road(rng), Solids()
    shadows = []
    for side in (-1, 1):
        _line_with_houses(solids, road, side, rng)
        _line_with_furniture(solids, road, side, rng)
        shadows += _park_cars(solids, road, side, rng)
    hand = np.random.default_rng([*seed, 3])
    speed = rng.uniform(0.27, 0.4) * (hand.uniform(1, 1.4) if held else 1)
    clock = with_a_stop(frames, np.random.default_rng([*seed, 1])) if stops else steady(frames)
    tracks, moving = _traffic(solids, road, speed, frames, rng)
    camera = drive(road, speed, clock, rng)
    return Scene(
        np.array(solids.corners),
        np.array(solids.axes),
        np.array(solids.extent),
        np.array(solids.face_kind),
        np.array(solids.spheres),
        np.array(solids.sphere_kind),
        np.array(shadows + moving),
        hand_held.turns(frames, hand) @ camera if held else camera,
        hand_held.zoom(frames, hand) if held else np.ones(frames),
        tracks,
        road,
        int(rng.integers(1 << 30)),
    )


def _place(road: Road, s: float, d: float) -> tuple[float, float, float]:
    """World coordinates (x, z) and heading at one point of the street."""
    x, z, heading = road.at(s, d)
    return float(x), float(z), float(heading)


def _line_with_houses(solids: Solids, road: Road, side: int, rng: np.random.Generator) -> None:
    s = -12.0 + rng.uniform(0, 8)
    while s < SIGHT_M:
        width = rng.uniform(9, 20)
        set_back = rng.choice([0.0, 0.0, 0.6, 3.0])
        x, z, heading = _place(road, s + width / 2, side * (WALL_M + set_back))
        pose = (x, z, heading if side > 0 else heading + np.pi)
        if rng.random() < 0.86:
            things.add_building(solids, pose, width, rng)
        else:
            things.add_hedge(solids, pose, width, rng)
            for along in np.arange(s + 2, s + width, 5):
                tx, tz, _ = _place(road, along, side * (WALL_M + 4 + rng.uniform(0, 3)))
                things.add_tree(solids, tx, tz, rng)
        s += width + rng.choice([0.0, 0.05, 3.0, 7.0], p=[0.35, 0.3, 0.2, 0.15])


def _line_with_furniture(solids: Solids, road: Road, side: int, rng: np.random.Generator) -> None:
    leafy = rng.random() < 0.75
    s = -4.0 + rng.uniform(0, 8)
    while s < SIGHT_M * 0.7:
        x, z, heading = _place(road, s, side * (CURB_M + 0.7))
        what = rng.random()
        if what < (0.6 if leafy else 0.12):
            things.add_tree(solids, x, z, rng)
        elif what < 0.82:
            things.add_lamp(solids, (x, z, heading if side > 0 else heading + np.pi))
        elif what < 0.92:
            things.add_sign(solids, (x, z, heading), rng)
        s += rng.uniform(7, 15)
    for _ in range(rng.integers(1, 5)):
        x, z, heading = _place(road, rng.uniform(8, 60), side * rng.uniform(CURB_M + 1.4, WALL_M - 0.8))
        things.add_person(solids, (x, z, heading), 0, rng)


def _park_cars(solids: Solids, road: Road, side: int, rng: np.random.Generator) -> list[tuple]:
    density = rng.uniform(0.35, 0.8)
    shadows = []
    for slot in np.arange(-3.0 + rng.uniform(0, 5), SIGHT_M * 0.75, 6.2):
        x, z, heading = _place(road, slot + rng.uniform(-0.3, 0.3), side * (PARKING_M + rng.uniform(-0.1, 0.15)))
        if rng.random() < density:
            pose = (x, z, heading + (np.pi if side < 0 else 0.0) + rng.normal(0, 0.015))
            things.add_car(solids, pose, 0, rng)
            shadows.append((0, *pose))
    return shadows


def _traffic(solids, road, ego_speed, frames, rng) -> tuple[np.ndarray, list[tuple]]:
    """Cars ahead of and towards the camera: transforms object -> world [T, O, 4, 4], and their rows of `shadows`."""
    t = np.arange(frames)
    plans = [(rng.uniform(11, 22) + t * ego_speed * rng.uniform(0.75, 1.35) + sway(t, rng), LANE_M, 0.0)]
    if rng.random() < 0.6:
        plans.append((plans[0][0] + rng.uniform(9, 18) + t * 0.05, LANE_M, 0.0))
    start = rng.uniform(14, 32)
    for _ in range(rng.integers(2, 4)):
        plans.append((start - t * rng.uniform(0.18, 0.3), -LANE_M - 0.2, np.pi))
        start += rng.uniform(14, 28)
    poses = [np.tile(np.eye(4), (frames, 1, 1))]
    for thing, (s, lane, turn) in enumerate(plans, start=1):
        things.add_car(solids, (0.0, 0.0, 0.0), thing, rng, vans=0.0 if turn == 0 else 0.2)
        x, z, heading = road.at(s, lane)
        poses.append(np.array([placement(*p) for p in zip(x, z, heading + turn, strict=True)]))
    return np.stack(poses, axis=1), [(thing, 0.0, 0.0, 0.0) for thing in range(1, len(plans) + 1)]
