import pytest
import torch

from data import find_clips
from data.stream import frames
from tests.helpers.cached import features, teacher
from util.flow import optical_flow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


def test_every_frame_of_every_clip_has_a_key_of_its_own(folder):
    made = features(folder)
    keys = {made.key(clip, number, mirrored) for clip in range(2) for number in range(6) for mirrored in (False, True)}
    assert made.lengths == [6, 6] and keys == set(range(24))


def test_a_key_names_the_frame_or_its_mirror_image(folder):
    made = features(folder)
    expected = list(frames(find_clips("v2c", folder, "train")[1], None))[3]
    torch.testing.assert_close(made.frame(made.key(1, 3)), expected)
    torch.testing.assert_close(made.frame(made.key(1, 3, mirrored=True)), expected.flip(-1))


def test_what_is_kept_is_what_the_teacher_makes_of_the_frame(folder):
    made, uncached = features(folder), teacher()
    keys = [made.key(0, 2), made.key(1, 5, mirrored=True)]
    x = torch.cat([made.frame(key) for key in keys])
    a = uncached.head(x)
    f = uncached.body(a)
    for _ in range(2):  # computed, and remembered
        found = made.taught(keys)
        for got, expected in zip(found, (a, f, uncached.tail(f, a)), strict=True):
            assert got.dtype == torch.float32
            torch.testing.assert_close(got, expected, atol=2e-3, rtol=2e-3)


def test_the_flow_leads_from_the_first_frames_to_the_second(folder):
    made = features(folder)
    here, there = [made.key(0, 2), made.key(1, 4)], [made.key(0, 1), made.key(1, 2)]
    flow = made.flow(here, there)
    assert flow.shape == (2, 2, 32, 48)
    expected = optical_flow(made.frame(here[1]), made.frame(there[1]))
    assert (flow[1].numpy() == expected).all()
