import cv2
import numpy as np
import pytest

from data.samples.street import dataset as sample
from data.samples.street.flow import exact_flow
from data.samples.street.render import render

CLIPS = [clip for clip in sample.clips() if clip.name in ("067", "053")]  # driven, and held in a hand
LOOK = sample.appearance_of(CLIPS[0])


@pytest.fixture(scope="module", params=CLIPS, ids=lambda clip: clip.name)
def scene(request):
    return sample.scene_of(request.param)


def frame(scene, t):
    return render(scene, LOOK, t)[0].astype(np.float32)


def pull_back(image, flow):
    rows, columns = np.indices(flow.shape[1:]).astype(np.float32)
    x, y = np.nan_to_num(columns + flow[0], nan=-9), np.nan_to_num(rows + flow[1], nan=-9)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR)


@pytest.mark.parametrize(("t", "u"), [(4, 5), (5, 4), (12, 14), (20, 21)])
def test_a_frame_warped_by_the_exact_flow_is_the_other_frame(scene, t, u):
    flow, visible = exact_flow(scene, t, u)
    here, there = frame(scene, t), frame(scene, u)
    warped = np.abs(pull_back(there, flow) - here).mean(axis=2)[visible]
    unmoved = np.abs(there - here).mean(axis=2)[visible]
    assert visible.mean() > 0.6
    assert warped.mean() < 3.5  # of 255: what is left is the interpolation of hard edges
    assert np.median(warped) < 1.0
    assert unmoved.mean() > 2.5 * warped.mean()


def test_flow_moved_by_a_pixel_fits_worse(scene):
    flow, visible = exact_flow(scene, 8, 9)
    here, there = frame(scene, 8), frame(scene, 9)
    exact = np.abs(pull_back(there, flow) - here)[visible].mean()
    for off in ([1, 0], [-1, 0], [0, 1], [0, -1]):
        wrong = flow + np.array(off, np.float32)[:, None, None]
        assert np.abs(pull_back(there, wrong) - here)[visible].mean() > 1.3 * exact


def test_a_frame_does_not_move_to_itself(scene):
    flow, visible = exact_flow(scene, 3, 3)
    assert np.abs(flow).max() < 1e-3
    assert visible[1:-1, 1:-1].mean() > 0.8


def test_there_and_back_again_ends_where_it_began(scene):
    there, visible = exact_flow(scene, 6, 7)
    back, _ = exact_flow(scene, 7, 6)
    smooth = visible & (cv2.erode(visible.astype(np.uint8), np.ones((5, 5))) > 0)
    error = np.hypot(*(pull_back(back.transpose(1, 2, 0), there).transpose(2, 0, 1) + there))
    assert np.percentile(error[smooth], 99) < 0.1


def test_what_is_hidden_or_outside_in_the_other_frame_is_not_visible(scene):
    flow, visible = exact_flow(scene, 0, 6)
    rows, columns = np.indices(visible.shape)
    outside = ~((columns + flow[0] >= 0) & (columns + flow[0] <= 255) & (rows + flow[1] >= 0) & (rows + flow[1] <= 127))
    assert outside.any() and not visible[outside].any()
    assert (~visible & ~outside).mean() > 0.05
