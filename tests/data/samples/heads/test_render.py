from dataclasses import replace

import numpy as np
import pytest

from data.samples.heads.appearance import BACKDROPS, HAIRCUTS, random_appearance
from data.samples.heads.backdrop import backdrop, crop_backdrop
from data.samples.heads.motion import Pose
from data.samples.heads.render import render

SIZE = 128
LOOK = replace(
    random_appearance([5]),
    glasses=False,
    haircut="short",
    backdrop="wall",
    beard=0.0,
    radius=0.25,
    skin=np.array([0.9, 0.75, 0.65]),
    hair=np.array([0.1, 0.08, 0.06]),
    light=np.array([0.0, -0.6, 0.8]),
)
STILL = Pose(x=0, y=0, zoom=1, yaw=0, pitch=0, roll=0, eyes=1, gaze=0, brows=0, mouth=0, smile=0)


def picture(look=LOOK, t=0, **pose):
    return render(look, STILL._replace(**pose), backdrop(look, SIZE), SIZE, t).astype(int)


def place(x, y, look=LOOK):
    """(row, column) of a point of a still face."""
    radius = look.radius * SIZE
    return round(SIZE / 2 + y * radius), round(SIZE / 2 + x * radius)


def around(image, at, reach=4):
    return image[at[0] - reach : at[0] + reach, at[1] - reach : at[1] + reach]


def test_a_frame_is_the_same_every_time_and_only_grain_differs_in_the_next_of_a_still_head():
    assert (picture() == picture()).all()
    assert 0 < np.abs(picture() - picture(t=1)).mean() < 6


@pytest.mark.parametrize("side", [-1, 1])
def test_eyes_are_where_they_should_be_and_shut(side):
    at = place(side * LOOK.eye_gap, 0)
    opened, shut = picture(), picture(eyes=0.0)
    assert np.ptp(around(opened, at).mean(2)) > 80  # the white beside the pupil
    assert np.abs(around(opened, at) - around(shut, at)).mean() > 3 * np.abs(opened - shut)[:20].mean() + 5


def test_the_mouth_opens():
    at = place(0, 0.95)
    assert around(picture(mouth=1.0), at, reach=2).mean() < 0.6 * around(picture(), at, reach=2).mean()


def test_a_turn_moves_the_face_to_its_side():
    """The lips, the reddest of it, tell."""

    def middle(image):
        face = around(image, place(0, 0.82), reach=20)
        red = (face[..., 0] - face[..., 1] - 40).clip(0)
        return (red.sum(0) * np.arange(red.shape[1])).sum() / red.sum()

    assert middle(picture(yaw=-0.35)) < middle(picture()) - 3 < middle(picture(yaw=0.35)) - 6


@pytest.mark.parametrize("haircut", HAIRCUTS)
def test_hair_covers_the_top_of_the_head_unless_bald(haircut):
    look = replace(LOOK, haircut=haircut, hair=np.array([0.05, 0.05, 0.05]), skin=np.array([0.9, 0.8, 0.7]))
    top = around(picture(look), place(0, -1.1))
    assert (top.mean() < 130) == (haircut != "bald")


@pytest.mark.parametrize("kind", BACKDROPS)
def test_backdrops_have_something_to_see_and_follow_the_camera(kind):
    drawn = backdrop(replace(LOOK, backdrop=kind), SIZE)
    assert drawn.std() > 0.02 and drawn.min() >= 0
    still, moved = crop_backdrop(drawn, SIZE, 0, 0), crop_backdrop(drawn, SIZE, 4 / SIZE, 0)
    np.testing.assert_allclose(moved[:, :-4], still[:, 4:], atol=0.01)


def test_every_look_can_be_drawn_at_the_edge_of_the_picture():
    for n in range(8):
        image = picture(random_appearance([n]), x=0.45, y=0.3, roll=0.3, yaw=0.5, pitch=0.3)
        assert image.shape == (SIZE, SIZE, 3) and 20 < image.mean() < 235
