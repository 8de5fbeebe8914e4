import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.data import astronaut
from skimage.transform import rotate

from data.faces.aligned import aligned, padded
from data.faces.alignment import alignment, quad, side
from data.faces.points import FacePoints
from tests.data.faces.test_alignment import face as drawn_face

ASTRONAUT = FacePoints(*np.array([[203.7, 101.3], [246.7, 103.3], [223.7, 141.4]]))


def difference(a, b):
    return np.abs(a.astype(float) - b).mean()


def test_the_square_is_sampled_bilinearly_and_truncated():
    frame = np.random.default_rng(0).integers(0, 256, (600, 640, 3), np.uint8)
    face = drawn_face(angle=0.3)
    corners = quad(face)
    steps = alignment(corners, frame.shape[:2])
    assert not steps.padded and steps.shrink <= 1
    b, a = (np.indices((256, 256)) + 0.5)[..., None] / 256
    upper_left, lower_left, _, upper_right = corners
    x, y = np.moveaxis(upper_left + a * (upper_right - upper_left) + b * (lower_left - upper_left), -1, 0)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    upper = frame[y0, x0] * (1 - fx) + frame[y0, x0 + 1] * fx
    lower = frame[y0 + 1, x0] * (1 - fx) + frame[y0 + 1, x0 + 1] * fx
    assert np.array_equal(aligned(frame, face), (upper * (1 - fy) + lower * fy).astype(np.uint8))


def test_a_turned_face_looks_the_same():
    frame, angle = astronaut(), 20
    around, radians = np.array([255.5, 255.5]), np.radians(angle)
    turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])  # counterclockwise
    turned = (rotate(frame, angle) * 255).round().astype(np.uint8)
    there = FacePoints(*((point - around) @ turn.T + around for point in ASTRONAUT))
    face = (slice(64, 192),) * 2
    assert difference(aligned(frame, ASTRONAUT)[face], aligned(turned, there)[face]) < 3


def test_a_large_face_is_reduced_without_aliasing():
    frame = astronaut()
    large = frame.repeat(6, 0).repeat(6, 1)
    there = FacePoints(*(point * 6 + 2.5 for point in ASTRONAUT))
    assert alignment(quad(there), large.shape[:2]).shrink > 1
    assert difference(aligned(frame, ASTRONAUT), aligned(large, there)) < 3


def test_a_face_at_the_border_is_continued_by_its_mirror_image():
    frame = np.maximum(astronaut(), 9)[:, 190:]  # nothing in it is as black as what lies outside a picture
    cut = FacePoints(*(point - [190, 0] for point in ASTRONAUT))
    whole, found = aligned(astronaut(), ASTRONAUT), aligned(frame, cut)
    assert found.min() > 0
    inside = (slice(96, 200), slice(130, 200))
    assert difference(found[inside], whole[inside]) < 3


def test_padding_is_blurred_and_greyed_as_published():
    picture = np.random.default_rng(1).integers(0, 256, (300, 200, 3), np.uint8)
    steps = alignment(quad(drawn_face(x=60.0, y=120.0)), picture.shape[:2])
    left, top, right, bottom = steps.pad
    expected = np.pad(picture.astype(float), ((top, bottom), (left, right), (0, 0)), "reflect")
    height, width = expected.shape[:2]
    weight = np.empty((height, width, 1))
    for y in range(height):
        for x in range(width):
            weight[y, x] = max(1 - min(x / left, (width - 1 - x) / right), 1 - min(y / top, (height - 1 - y) / bottom))
    blur = 0.02 * side(steps.corners)
    expected += (gaussian_filter(expected, (blur, blur, 0)) - expected) * np.clip(3 * weight + 1, 0, 1)
    expected += (np.median(expected, (0, 1)) - expected) * np.clip(weight, 0, 1)
    found = padded(picture, steps)
    assert found.shape[1::-1] == steps.size
    assert np.abs(found - expected).max() < 0.51


def test_a_face_outside_the_frame_is_refused():
    with pytest.raises(ValueError, match="outside the frame"):
        aligned(np.zeros((100, 100, 3), np.uint8), drawn_face(x=2000.0))
