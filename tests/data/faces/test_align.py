import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.data import astronaut
from skimage.transform import rotate

from data.faces import FacePoints
from data.faces.align import align_face, alignment_steps, face_square, pad_with_mirror, side_length


def face(x=300.0, y=300.0, size=1.0, angle=0.0):
    """Eyes 60 px apart, the mouth 80 px below them, turned by `angle` about the point between the eyes."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return FacePoints(*(np.array([x, y]) + size * turn @ np.array(p) for p in ([-30.0, 0], [30.0, 0], [0, 80.0])))


def test_an_upright_face_has_an_upright_square_around_a_point_below_its_eyes():
    corners = face_square(face())
    reach = 1.8 * 80
    np.testing.assert_allclose(corners.mean(0), [300, 308])
    np.testing.assert_allclose(corners[0], [300 - reach, 308 - reach])
    assert side_length(corners) == pytest.approx(2 * reach)


def test_the_square_turns_and_grows_with_the_face():
    around = np.array([300.0, 300])
    upright, turned = face_square(face()) - around, face_square(face(size=2, angle=np.pi / 2)) - around
    np.testing.assert_allclose(turned, 2 * np.stack([-upright[:, 1], upright[:, 0]], 1))


def test_a_square_well_inside_is_only_cut_out():
    steps = alignment_steps(face_square(face()), (600, 640))
    assert (steps.shrink, steps.border, steps.padded) == (0, 29, False)
    assert steps.crop == (300 - 144 - 29, 308 - 144 - 29, 300 + 144 + 29, 308 + 144 + 29)
    np.testing.assert_allclose(steps.corners[0], [29.5, 29.5])


def test_a_square_that_leaves_the_frame_is_padded_on_all_sides():
    steps = alignment_steps(face_square(face(x=100)), (600, 640))
    assert steps.padded and min(steps.pad) == round(0.3 * 288)
    x0, y0, x1, y1 = steps.crop
    left, top, right, bottom = steps.pad
    assert steps.size == (left + x1 - x0 + right, top + y1 - y0 + bottom)


def test_a_large_face_is_reduced_first():
    steps = alignment_steps(face_square(face(1500, 1500, size=6)), (3000, 3000))
    assert steps.shrink == 3 and side_length(steps.corners) == pytest.approx(6 * 288 / 3)


def test_a_face_outside_the_frame_is_refused():
    with pytest.raises(ValueError, match="outside the frame of 640 x 600 px"):
        alignment_steps(face_square(face(x=2000)), (600, 640))


def test_points_that_coincide_are_refused():
    with pytest.raises(ValueError, match="do not tell which way is up"):
        face_square(FacePoints(*np.ones((3, 2))))


ASTRONAUT = FacePoints(*np.array([[203.7, 101.3], [246.7, 103.3], [223.7, 141.4]]))


def difference(a, b):
    return np.abs(a.astype(float) - b).mean()


def test_the_square_is_sampled_bilinearly_and_truncated():
    frame = np.random.default_rng(0).integers(0, 256, (600, 640, 3), np.uint8)
    tilted = face(angle=0.3)
    corners = face_square(tilted)
    steps = alignment_steps(corners, frame.shape[:2])
    assert not steps.padded and steps.shrink <= 1
    b, a = (np.indices((256, 256)) + 0.5)[..., None] / 256
    upper_left, lower_left, _, upper_right = corners
    x, y = np.moveaxis(upper_left + a * (upper_right - upper_left) + b * (lower_left - upper_left), -1, 0)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[..., None], (y - y0)[..., None]
    upper = frame[y0, x0] * (1 - fx) + frame[y0, x0 + 1] * fx
    lower = frame[y0 + 1, x0] * (1 - fx) + frame[y0 + 1, x0 + 1] * fx
    assert np.array_equal(align_face(frame, tilted), (upper * (1 - fy) + lower * fy).astype(np.uint8))


def test_a_turned_face_looks_the_same():
    frame, angle = astronaut(), 20
    around, radians = np.array([255.5, 255.5]), np.radians(angle)
    turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])  # counterclockwise
    turned = (rotate(frame, angle) * 255).round().astype(np.uint8)
    there = FacePoints(*((point - around) @ turn.T + around for point in ASTRONAUT))
    face = (slice(64, 192),) * 2
    assert difference(align_face(frame, ASTRONAUT)[face], align_face(turned, there)[face]) < 3


def test_a_large_face_is_reduced_without_aliasing():
    frame = astronaut()
    large = frame.repeat(6, 0).repeat(6, 1)
    there = FacePoints(*(point * 6 + 2.5 for point in ASTRONAUT))
    assert alignment_steps(face_square(there), large.shape[:2]).shrink > 1
    assert difference(align_face(frame, ASTRONAUT), align_face(large, there)) < 3


def test_a_face_at_the_border_is_continued_by_its_mirror_image():
    frame = np.maximum(astronaut(), 9)[:, 190:]  # nothing in it is as black as what lies outside a picture
    cut = FacePoints(*(point - [190, 0] for point in ASTRONAUT))
    whole, found = align_face(astronaut(), ASTRONAUT), align_face(frame, cut)
    assert found.min() > 0
    inside = (slice(96, 200), slice(130, 200))
    assert difference(found[inside], whole[inside]) < 3


def test_padding_is_blurred_and_greyed_as_published():
    picture = np.random.default_rng(1).integers(0, 256, (300, 200, 3), np.uint8)
    steps = alignment_steps(face_square(face(x=60.0, y=120.0)), picture.shape[:2])
    left, top, right, bottom = steps.pad
    expected = np.pad(picture.astype(float), ((top, bottom), (left, right), (0, 0)), "reflect")
    height, width = expected.shape[:2]
    weight = np.empty((height, width, 1))
    for y in range(height):
        for x in range(width):
            weight[y, x] = max(1 - min(x / left, (width - 1 - x) / right), 1 - min(y / top, (height - 1 - y) / bottom))
    blur = 0.02 * side_length(steps.corners)
    expected += (gaussian_filter(expected, (blur, blur, 0)) - expected) * np.clip(3 * weight + 1, 0, 1)
    expected += (np.median(expected, (0, 1)) - expected) * np.clip(weight, 0, 1)
    found = pad_with_mirror(picture, steps)
    assert found.shape[1::-1] == steps.size
    assert np.abs(found - expected).max() < 0.51


def test_a_face_outside_the_frame_is_not_aligned():
    with pytest.raises(ValueError, match="outside the frame"):
        align_face(np.zeros((100, 100, 3), np.uint8), face(x=2000.0))
