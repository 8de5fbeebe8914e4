"""Teacher and Shortcut on one video: the panels, and the figures."""

import numpy as np
import pytest
import torch

from data.video import Video
from data.video.film import decode
from models.evaluation.pipeline_cost import measure_cost
from scripts.demo.comparison import _psnr_db, compare
from scripts.demo.models import Models, Refresh
from tests.helpers.models import model
from tests.helpers.python import SIZE, moving_film
from tests.helpers.runs import ROOT
from tests.helpers.tiny import block, teacher
from util import image

WIDTH, HEIGHT = SIZE


@pytest.fixture
def compared(tmp_path):
    """compared(interval) -> what was found of a moving film of 5 frames, and the video of its panels."""
    model(tmp_path / "runs" / "tiny", threshold=0.5)
    film = moving_film(tmp_path / "in.mp4")

    def run(interval):
        chosen = Models({"checkpoints_dir": str(tmp_path / "runs")}, torch.device("cpu")).load(
            "tiny", Refresh(interval, 1)
        )
        seen = []
        found = compare(Video(film), 25, chosen, tmp_path / "out.mp4", seen.append)
        assert seen == [1, 2, 3, 4, 5]
        return found, list(decode(tmp_path / "out.mp4"))

    return run


def test_input_teacher_and_shortcut_lie_side_by_side(compared, tmp_path):
    found, shown = compared(3)
    assert found.distances == [0, 1, 2, 0, 1] and (found.references, found.steps) == (2, 5)
    assert len(shown) == 5 and shown[0].shape == (HEIGHT, 3 * WIDTH, 3)
    for frame, given in zip(shown, decode(tmp_path / "in.mp4"), strict=True):
        assert np.abs(frame[:, :WIDTH].astype(int) - given).mean() < 12  # the video halves the colours' size
    panels = [(frame[:, WIDTH : 2 * WIDTH].astype(int), frame[:, 2 * WIDTH :]) for frame in shown]
    assert np.abs(panels[0][0] - panels[0][1]).mean() < np.abs(panels[2][0] - panels[2][1]).mean()


def test_quality_is_that_of_skipped_frames(compared):
    found, _ = compared(3)
    assert found.psnr_db[0] == found.psnr_db[3] == 100
    skipped = [found.psnr_db[k] for k in (1, 2, 4)]
    assert max(skipped) < 99 and found.skipped_psnr_db == pytest.approx(sum(skipped) / 3)
    assert all(ms > 0 for ms in (*found.ms, *found.teacher_ms))


def test_the_saving_is_that_of_the_frames_that_were_run(compared):
    found, _ = compared(3)
    costs = measure_cost(teacher(), block(), image.blank(SIZE, torch.device("cpu")), 2.5)
    assert found.saving == pytest.approx(costs["saving"]["amortised"])


def test_without_skipped_frames_nothing_is_compared(compared):
    found, _ = compared(1)
    assert found.distances == [0] * 5 and found.skipped_psnr_db is None and found.saving <= 1


def test_of_faces_only_what_the_teacher_has_changed_is_compared():
    source = np.zeros((8, 8, 3), np.uint8)
    target, picture = source.copy(), source.copy()
    target[:2], picture[:2] = 100, 110
    assert _psnr_db(picture, target, None) == pytest.approx(_psnr_db(picture, target, source) + 20 * np.log10(2))
    assert _psnr_db(source, source, source) == 100


def test_a_video_without_a_face_is_told(tmp_path):
    film = Video(moving_film(tmp_path / "in.mp4", count=2))
    faces = Models({"checkpoints_dir": str(ROOT / "checkpoints")}, torch.device("cpu")).load("demo_vtoonify")
    with pytest.raises(ValueError, match="shows no face"):
        compare(film, 25, faces, tmp_path / "out.mp4", str)
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]
