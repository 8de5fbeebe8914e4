from collections import Counter

import pytest

from scripts.ablation.pairs import LARGEST_DISTANCE, batches, epochs
from tests.helpers.cached import features


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return features(tmp_path_factory.mktemp("pairs"), clips=("001", "002", "003"), frames=14)


def drawn(clips, steps, seed=0):
    return list(batches(clips, 2, steps, seed))


def distances(found):
    return [(b - a) // 2 for batch in found for a, b in zip(batch.reference, batch.current, strict=True)]


def test_there_are_as_many_batches_as_steps_and_every_epoch_shows_each_clip_once(clips):
    found = drawn(clips, 5)
    assert [batch.epoch for batch in found] == [1, 1, 2, 2, 3] and epochs(3, 2, 5) == 3
    shown = [key // 2 // 14 for batch in found[:2] for key in batch.reference]
    assert sorted(shown) == [0, 1, 2]


def test_both_frames_of_a_pair_are_of_one_clip_and_mirrored_alike(clips):
    for batch in drawn(clips, 40):
        for reference, current in zip(batch.reference, batch.current, strict=True):
            assert reference % 2 == current % 2 and reference // 2 // 14 == current // 2 // 14


def test_near_frames_are_drawn_more_often_and_none_beyond_the_largest_distance(clips):
    counts = Counter(distances(drawn(clips, 600)))
    assert set(counts) == set(range(1, LARGEST_DISTANCE + 1))
    assert 1.6 < counts[1] / counts[2] < 2.5 and counts[1] > 4 * counts[12]


def test_a_seed_decides_the_pairs(clips):
    assert drawn(clips, 6) == drawn(clips, 6) != drawn(clips, 6, seed=1)
