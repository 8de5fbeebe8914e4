"""Which clips the built-in sample has, and how they move."""

import hashlib

import cv2
import numpy as np
import pytest

from data.samples.street import dataset as sample
from data.samples.street.clips import CUTS, SampleClip, appearance_of, clips, scene_of
from data.samples.street.flow import exact_flow
from data.samples.street.render import render


@pytest.mark.parametrize(
    "clip", [c for c in clips() if not c.stops and not c.held][::6], ids=lambda c: f"{c.domain}-{c.name}"
)
def test_motion_near_the_border_is_fast_but_not_chaotic(clip):
    fastest = 0.0
    for t in (0, 14, 28):
        flow, _ = exact_flow(scene_of(clip), t, t + 1)
        border = np.ones(flow.shape[1:], bool)
        border[16:-16, 24:-24] = False
        fastest = max(fastest, np.nanpercentile(np.hypot(*flow)[border], 99))
    assert 6 < fastest < 16.5


def mean_motion(scene, t):
    """Pixels from frame t to the next."""
    flow, _ = exact_flow(scene, t, t + 1)
    return np.nanmean(np.hypot(*flow))


def test_held_in_a_hand_a_camera_moves_further_than_on_any_drive():
    scenes = [scene_of(clip) for clip in clips() if clip.held]
    means = [[mean_motion(scene, t) for t in range(0, 29, 4)] for scene in scenes]
    assert np.mean(means) > 5 and 10 < np.max(means) < 20
    assert min(map(np.mean, means)) > 2.5  # a drive has 2.4 in the mean


def test_only_training_clips_are_held_in_a_hand():
    held = [clip for clip in clips() if clip.held]
    assert len(held) == 8 and {(clip.domain, clip.split) for clip in held} == {("A", "train")}
    assert all(np.ptp(scene_of(clip).zoom) > 0 for clip in held)
    assert (scene_of(SampleClip("A", "val", "066")).zoom == 1).all()


@pytest.mark.parametrize(
    ("clip", "t", "digest"),
    [
        (SampleClip("A", "train", "001"), 3, "c887ff9033c1"),
        (SampleClip("A", "train", "031"), 29, "45e6de3947d0"),
        (SampleClip("A", "val", "066"), 10, "d4857d1b0dec"),
        (SampleClip("A", "val", "041"), 20, "a969740b0927"),
        (SampleClip("B", "val", "frankfurt_000001"), 5, "851fbbe6779f"),
    ],
    ids=lambda value: value.name if isinstance(value, SampleClip) else None,
)
def test_the_clips_that_figures_were_measured_on_stay_as_they_are(clip, t, digest):
    shot = clip.shots[clip.shot(t)]
    image, _ = render(scene_of(shot), appearance_of(shot), t)
    assert hashlib.sha256(image.tobytes()).hexdigest().startswith(digest)


def test_no_scene_is_shown_twice():
    seeds = [tuple(shot.seed) for clip in clips() for shot in clip.shots]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("clip", [c for c in clips() if c.stops][::4], ids=lambda c: c.name)
def test_a_clip_with_a_stop_stands_for_a_third_to_two_thirds_of_its_frames(clip):
    scene = scene_of(clip)
    stands = [np.array_equal(scene.camera[t], scene.camera[t + 1]) for t in range(len(scene) - 1)]
    assert 1 / 3 < np.mean(stands) < 2 / 3
    assert not stands[0] and sum(a != b for a, b in zip(stands, stands[1:], strict=False)) in (1, 2)
    assert not np.array_equal(scene.objects[10], scene.objects[11])  # the others drive on


def test_a_clip_with_a_cut_shows_another_scene_from_there_on(tmp_path):
    clip = next(clip for clip in clips() if clip.name == "040")
    before, after = (scene_of(shot) for shot in clip.shots)
    assert before.seed != after.seed
    assert [clip.shot(t) for t in range(30)] == [0] * 13 + [1] * 17
    sample.write_clip(tmp_path, clip, frames=15)
    frames = [cv2.imread(str(path)).astype(float) for path in sorted((tmp_path / "Viper/val/img/040").iterdir())]
    changes = [np.abs(a - b).mean() for a, b in zip(frames, frames[1:], strict=False)]
    assert np.argmax(changes) == 12 and max(changes) > 2 * sorted(changes)[-2]


def test_cuts_fall_on_every_phase_of_interval_3():
    assert sorted(cut % 3 for cut in CUTS.values()) == [0, 1, 2]
