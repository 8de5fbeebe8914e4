from pathlib import Path

import pytest
import torch

from data.clips import Clip
from data.samples.street import dataset as sample
from data.stream import frames
from models.shortcut.alignment import halve
from models.streaming.scene_cut import SceneCut, drift
from models.teachers.recycle_gan.generator import from_published
from tests.helpers.tiny import teacher
from util import checkpoint

ROOT = Path(__file__).resolve().parents[3]
BIKES = Clip("bikes", video=ROOT / "tests" / "fixtures" / "media" / "bikes_small.mp4")
BIKES_CUTS = [30, 76, 137, 187, 242]  # the first frame of each scene but the first, found by looking at the frames


def demo():
    path = ROOT / "checkpoints" / "demo_v2c" / "latest_net_G_A.pth"
    return from_published(checkpoint.load(path)).cut(4, 22)


def cuts(head, shown):
    detector = SceneCut()
    with torch.no_grad():
        return [number for number, frame in enumerate(shown) if detector.seen(halve(head(frame)))]


@pytest.mark.parametrize("network", [teacher, demo])
def test_every_cut_of_a_real_clip_is_found_and_its_fast_motion_is_none(network):
    assert cuts(network().head, frames(BIKES, None)) == BIKES_CUTS


@pytest.mark.parametrize("name", ["069", "074"])
def test_a_drive_that_turns_or_brakes_and_starts_again_has_no_cuts(name, tmp_path):
    sample.write_clip(tmp_path, next(clip for clip in sample.clips() if clip.name == name))
    shown = frames(Clip(name, tuple(sorted((tmp_path / "Viper").rglob("*.jpg")))), None)
    assert cuts(teacher().head, shown) == []


def scene(value, length, step):
    """Features [1, 2, 8, 8] around `value` that change by about `step` of their size per frame."""
    generator = torch.Generator().manual_seed(int(100 * value))
    base = value + torch.rand(1, 2, 8, 8, generator=generator)
    return [base + step * value * torch.randn(base.shape, generator=generator) for _ in range(length)]


def found(shown):
    detector = SceneCut()
    return [number for number, small in enumerate(shown) if detector.seen(small)]


def test_one_scene_has_no_cut():
    assert found(scene(1, 20, 0.3)) == []


def test_a_cut_is_found_after_any_number_of_frames():
    assert found([*scene(1, 1, 0.1), *scene(9, 1, 0.1), *scene(1, 20, 0.1)[:3]]) == [1]
    assert found([*scene(1, 3, 0.1), *scene(9, 3, 0.1)]) == [3]


def test_motion_that_sets_in_is_no_cut():
    assert found([*scene(1, 9, 0.01), *scene(1, 9, 0.4)]) == []


def test_a_clip_that_flickers_in_every_frame_has_no_cuts_once_that_is_known():
    flicker = [small for pair in zip(scene(1, 9, 0), scene(9, 9, 0), strict=True) for small in pair]
    assert len(found(flicker)) < 3


def test_drift_is_the_mean_change_over_the_mean_size():
    reference = torch.tensor([1.0, -3.0]).view(1, 1, 1, 2)
    current = torch.tensor([2.0, -3.0]).view(1, 1, 1, 2)
    assert drift(current, reference) == pytest.approx(0.25)
    assert drift(reference, reference) == drift(0 * reference, 0 * reference) == 0


def test_drift_of_half_precision_features_is_that_of_single_precision():
    reference, current = torch.randn(2, 1, 64, 40, 40) * 300
    assert drift(current.half(), reference.half()) == pytest.approx(drift(current, reference), rel=1e-2)
