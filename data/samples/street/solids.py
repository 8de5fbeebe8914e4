"""The two primitives of a scene: flat convex polygons and spheres, in metres, +y down.

A height h above the ground is y = -h. Every polygon has two texture axes, so its texture moves with the object.
"""

from dataclasses import dataclass, field

import numpy as np

CORNERS = 6  # polygons with fewer corners repeat the last one


@dataclass
class Solids:
    """A growing list of primitives. Object 0 is the static world."""

    corners: list[np.ndarray] = field(default_factory=list)  # [6, 3] each
    axes: list[np.ndarray] = field(default_factory=list)  # [3, 3] each: origin, u, v
    extent: list[tuple[float, float]] = field(default_factory=list)  # size in u and v
    face_kind: list[tuple[int, int, int]] = field(default_factory=list)  # (material, object, seed)
    spheres: list[tuple[float, float, float, float]] = field(default_factory=list)  # (x, y, z, radius)
    sphere_kind: list[tuple[int, int, int]] = field(default_factory=list)

    def add_prism(self, profile, width, along, materials, cap, pose, kind) -> None:
        """Sweep a convex outline along an axis and append the resulting faces.

        Args:
            profile: [K, 2] (horizontal, height) corners of the outline, K <= 6; the last edge closes it.
            width: the sweep goes from -width/2 to width/2.
            along: "x" or "z", the local axis of the sweep; the outline extends along the other axis.
            materials: one per edge of the outline, None for an edge that is never visible.
            cap: material of both ends, None for none.
            pose: (x, z, yaw) of the local coordinates in those of the object.
            kind: (object, seed).
        """
        outline = np.asarray(profile, float)
        centre = np.array([*outline.mean(0), 0.0])
        for i, material in enumerate(materials):
            a, b = outline[i], outline[(i + 1) % len(outline)]
            if material is not None:
                ends = [(*a, -width / 2), (*a, width / 2), (*b, width / 2), (*b, -width / 2)]
                rise = np.array([*(b - a), 0.0])
                axes = [(*a, -width / 2), (0, 0, 1), rise / np.linalg.norm(rise)]
                self._add_face(ends, axes, (width, np.linalg.norm(rise)), centre, along, pose, (material, *kind))
        for end in (-width / 2, width / 2) if cap is not None else ():
            flat = [(*p, end) for p in outline]
            self._add_face(
                flat,
                [(0, 0, end), (1, 0, 0), (0, 1, 0)],
                tuple(np.ptp(outline, axis=0)),
                centre,
                along,
                pose,
                (cap, *kind),
            )

    def add_sphere(self, x, height, z, radius, kind) -> None:
        """Append a sphere; `kind` is (material, object, seed)."""
        self.spheres.append((x, -height, z, radius))
        self.sphere_kind.append(kind)

    def _add_face(self, points, axes, extent, centre, along, pose, kind) -> None:
        order = [0, 1, 2] if along == "z" else [2, 1, 0]
        turn = _yaw(pose[2]) @ np.diag([1.0, -1.0, 1.0])
        place = np.array([pose[0], 0.0, pose[1]])
        points = np.asarray(points)[:, order] @ turn.T + place
        centre = centre[order] @ turn.T + place
        axes = np.asarray(axes, float)[:, order] @ turn.T
        axes[0] += place
        normal = np.cross(points[1] - points[0], points[2] - points[0])
        if normal @ (points.mean(0) - centre) < 0:
            points = points[::-1]
        self.corners.append(np.concatenate([points, np.repeat(points[-1:], CORNERS - len(points), axis=0)]))
        self.axes.append(axes)
        self.extent.append(extent)
        self.face_kind.append(kind)


def _yaw(angle: float) -> np.ndarray:
    """Rotation [3, 3] of +z to the heading `angle`, rad, positive to the right."""
    sin, cos = np.sin(angle), np.cos(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


def placement(x: float, z: float, yaw: float) -> np.ndarray:
    """Transform object -> world, [4, 4]."""
    matrix = np.eye(4)
    matrix[:3, :3] = _yaw(yaw)
    matrix[:3, 3] = x, 0, z
    return matrix
