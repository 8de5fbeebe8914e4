import numpy as np
import pytest
import torch

from models.evaluation.metrics.base import FrameContext, MetricResources
from models.evaluation.metrics.segmentation import PROTOCOLS, ConfusionCounts, SegmentationScore, published, standard
from util.image import to_tensor, to_uint8
from util.viper import CLASSES, ID, VIPER, nearest_class

SKY, ROAD, CAR = (ID[name] for name in ("sky", "road", "car"))
COLOURS = np.array(list(VIPER.values()), np.uint8)
FRAME = torch.zeros(1, 3, 1, 1)


def picture(ids):
    """The label map [1, 3, 1, W] in [-1, 1] that shows one row of classes."""
    return to_tensor(COLOURS[np.array([ids])]).unsqueeze(0)


def score(**more):
    return SegmentationScore(MetricResources(segment=lambda output: nearest_class(to_uint8(output[0])), **more))


def add(metric, truth, shown, clip="clip", index=0, distance=0):
    scene = FrameContext(clip, index, FRAME, truth=np.array([truth], np.uint8))
    return metric.update(scene, picture(shown), picture(shown), distance)


def test_figures_by_hand():
    metric = score()
    # sky: 3 meant, 2 right, nowhere else, IoU 2/3; road: 3 meant, all right, IoU 1; car: never meant, shown once.
    assert add(metric, [SKY, SKY, ROAD], [SKY, CAR, ROAD]) == {"mp": pytest.approx(2 / 3)}
    assert add(metric, [SKY, ROAD, ROAD], [SKY, ROAD, ROAD]) == {"mp": 1}
    figures = metric.compute()
    assert figures["miou"]["all"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert figures["ac"]["all"] == pytest.approx((2 / 3 + 1) / 2)
    assert figures["mp"]["all"] == pytest.approx(5 / 6)


def test_figures_by_hand_as_published():
    metric = score(seg_protocol="published")
    assert add(metric, [SKY, SKY, ROAD], [SKY, CAR, ROAD]) == {"mp": pytest.approx(2 / 3)}
    figures = {name: parts["all"] for name, parts in metric.compute().items()}
    assert figures == pytest.approx({"miou": (1 / 2 + 1) / 31, "ac": (1 / 2 + 1) / 31, "mp": 2 / 3})


def test_a_picture_of_the_ground_truth_scores_one():
    metric = score()
    ids = [i for i in range(len(VIPER)) if i != ID["van"]]
    add(metric, ids, ids, distance=1)
    assert metric.compute() == {name: {"all": 1, "skipped": 1} for name in ("miou", "ac", "mp")}


def test_skipped_frames_are_judged_apart():
    metric = score()
    add(metric, [SKY, SKY], [SKY, SKY])
    add(metric, [SKY, SKY], [SKY, ROAD], distance=1)
    assert metric.compute()["mp"] == {"all": 3 / 4, "skipped": 1 / 2}


def test_conditions_are_those_of_vipers_clips():
    metric = score()
    add(metric, [SKY], [SKY], clip="065")
    add(metric, [SKY], [ROAD], clip="074")
    add(metric, [SKY], [SKY], clip="001")
    assert metric.compute()["mp"] == {"all": pytest.approx(2 / 3), "skipped": None, "day": 1, "night": 0}


def test_clips_that_are_not_vipers_have_no_conditions():
    metric = score(conditions=False)
    add(metric, [SKY], [SKY], clip="065")
    assert metric.compute()["mp"] == {"all": 1, "skipped": None}


def test_where_nothing_is_judged_there_is_no_figure():
    metric = score()
    nothing = {name: {"all": None, "skipped": None} for name in ("miou", "ac", "mp")}
    assert metric.compute() == nothing
    assert add(metric, [ID["unlabeled"]], [SKY]) == {} and metric.compute() == nothing


def test_a_frame_without_ground_truth_is_named():
    with pytest.raises(ValueError, match="frame 7 of clip 065 has no ground truth"):
        score().update(FrameContext("065", 7, FRAME), picture([SKY]), picture([SKY]), 0)


def test_a_ground_truth_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"frame 7 of clip 065: the ground truth is \[1, 2\].*output \[1, 1\]"):
        add(score(), [SKY, SKY], [SKY], clip="065", index=7)


def test_it_says_what_it_lacks():
    assert "--seg_weights FILE" in SegmentationScore.missing(MetricResources())
    assert SegmentationScore.missing(MetricResources(segment=lambda output: np.zeros((1, 1), np.uint8))) is None


SKY, ROAD, CAR, VAN, TRAIN, PLANE, BOAT = (ID[c] for c in ("sky", "road", "car", "van", "train", "plane", "boat"))
UNLABELED, AMBIGUOUS = ID["unlabeled"], ID["ambiguous"]


def figures(target, output, protocol):
    score = ConfusionCounts()
    score.update(np.array([output]), np.array([target]))
    return score.compute(protocol)["all"]


def test_standard_by_hand():
    # sky: 2 meant, 2 shown, 1 right, IoU 1/3; road: 4 meant, 3 shown, 3 right, IoU 3/4; car: shown once, never meant.
    target = [SKY, SKY, ROAD, ROAD, ROAD, ROAD]
    output = [SKY, CAR, ROAD, ROAD, ROAD, SKY]
    assert figures(target, output, standard) == pytest.approx(
        {"miou": (1 / 3 + 3 / 4 + 0) / 3, "ac": (1 / 2 + 3 / 4) / 2, "mp": 4 / 6}
    )


def test_published_by_hand_divides_by_all_31_bins():
    target = [SKY, SKY, ROAD, ROAD, ROAD, ROAD]
    output = [SKY, CAR, ROAD, ROAD, ROAD, SKY]
    assert figures(target, output, published) == pytest.approx(
        {"miou": (1 / 3 + 3 / 4) / 31, "ac": (1 / 2 + 3 / 4) / 31, "mp": 4 / 6}
    )


def test_standard_does_not_judge_pixels_without_a_label_and_shown_ones_are_misses():
    target = [UNLABELED, AMBIGUOUS, SKY, SKY]
    output = [ROAD, ROAD, SKY, UNLABELED]
    assert figures(target, output, standard) == pytest.approx({"miou": 1 / 2, "ac": 1 / 2, "mp": 1 / 2})


def test_published_judges_them_like_any_class():
    target = [UNLABELED, AMBIGUOUS, SKY, SKY]
    output = [UNLABELED, ROAD, SKY, UNLABELED]  # unlabeled: IoU 1/2, all of it found; sky: 1/2
    assert figures(target, output, published) == pytest.approx({"miou": 1 / 31, "ac": 1.5 / 31, "mp": 2 / 4})


def test_published_merges_boat_into_planes_bin_but_not_what_is_right():
    target = [PLANE, PLANE, BOAT, BOAT, BOAT]
    output = [PLANE, BOAT, BOAT, PLANE, BOAT]  # 3 right of 5, all 5 meant and shown in one bin: IoU 3 / (5 + 5 - 3)
    assert figures(target, output, published) == pytest.approx({"miou": 3 / 7 / 31, "ac": 3 / 5 / 31, "mp": 3 / 5})
    # plane: 1 of 2 right, union 3; boat: 2 of 3, union 4
    assert figures(target, output, standard) == pytest.approx({"miou": (1 / 3 + 2 / 4) / 2, "ac": 7 / 12, "mp": 3 / 5})


def test_a_van_shown_by_a_network_is_the_train_of_the_label_map_only_in_standard():
    target, output = [TRAIN, TRAIN], [VAN, TRAIN]
    assert figures(target, output, standard) == {"miou": 1, "ac": 1, "mp": 1}
    assert figures(target, output, published) == pytest.approx({"miou": 0.5 / 31, "ac": 0.5 / 31, "mp": 0.5})


def test_identical_maps_score_one():
    maps = np.random.default_rng(0).integers(0, len(CLASSES), (30, 40))
    assert figures(maps, maps, standard) == {"miou": 1, "ac": 1, "mp": 1}
    assert figures([SKY], [SKY], standard) == {"miou": 1, "ac": 1, "mp": 1}


def test_identical_label_maps_of_all_colours_reach_30_of_31_as_published():
    ids = [i for i in range(len(CLASSES)) if i != VAN]
    assert figures(ids, ids, published) == pytest.approx({"miou": 30 / 31, "ac": 30 / 31, "mp": 1})


def test_published_is_the_histogram_with_a_closed_last_edge():
    rng = np.random.default_rng(1)
    target = rng.integers(0, 32, (50, 60))
    output = np.where(rng.random(target.shape) < 0.6, target, rng.integers(0, 32, target.shape))

    def bins(ids):
        return np.histogram(ids, bins=np.arange(32))[0]

    hit, shown, meant = bins(output[output == target]), bins(output), bins(target)
    expected = {"miou": (hit / (shown + meant - hit)).mean(), "ac": (hit / meant).mean(), "mp": hit.sum() / meant.sum()}
    assert figures(target, output, published) == pytest.approx(expected)


def test_conditions_are_told_apart_and_all_is_over_pixels():
    score = ConfusionCounts()
    score.update(np.array([[SKY, SKY, SKY]]), np.array([[SKY, SKY, SKY]]), "night")
    score.update(np.array([[ROAD]]), np.array([[SKY]]), "day")
    score.update(np.array([[ROAD]]), np.array([[SKY]]))
    found = score.compute(standard)
    assert list(found) == ["all", "day", "night"]
    assert [found[name]["mp"] for name in found] == pytest.approx([3 / 5, 0, 1])
    assert found["all"]["miou"] == pytest.approx((3 / 5 + 0) / 2)


def test_frames_add_up_as_if_they_were_one():
    rng = np.random.default_rng(2)
    target, output = rng.integers(0, 32, (2, 6, 20, 10))
    score = ConfusionCounts()
    for t, o in zip(target, output, strict=True):
        score.update(o, t)
    for protocol in PROTOCOLS.values():
        whole = figures(target.reshape(-1), output.reshape(-1), protocol)
        assert score.compute(protocol)["all"] == pytest.approx(whole)


def test_a_frame_gives_the_counts_of_itself_alone():
    score = ConfusionCounts()
    score.update(np.array([[SKY, ROAD]]), np.array([[ROAD, ROAD]]))
    counts = score.update(np.array([[SKY, SKY]]), np.array([[SKY, ROAD]]))
    assert (counts[SKY, SKY], counts[ROAD, SKY], counts.sum()) == (1, 1, 2)


def test_computing_leaves_the_counts_alone():
    score = ConfusionCounts()
    score.update(np.array([[VAN, SKY]]), np.array([[TRAIN, UNLABELED]]), "day")
    first = score.compute(published)
    score.compute(standard)
    assert score.compute(published) == first


def test_nothing_to_judge_gives_no_figure():
    assert ConfusionCounts().compute(standard) == {}
    assert figures([UNLABELED], [SKY], standard) == {"miou": None, "ac": None, "mp": None}


def test_a_ground_truth_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"ground truth is \[2, 4\].*output \[2, 3\]"):
        ConfusionCounts().update(np.zeros((2, 3), int), np.zeros((2, 4), int))


@pytest.mark.parametrize("bad", [np.full((2, 2), 32), np.full((2, 2), -1), np.zeros((2, 2)), np.zeros((0, 2), int)])
def test_what_is_no_class_id_is_refused(bad):
    score = ConfusionCounts()
    with pytest.raises(ValueError, match="integers from 0 to 31"):
        score.update(bad, np.zeros(bad.shape, int))
    assert score.compute(standard) == {}


def test_an_unknown_condition_is_refused():
    with pytest.raises(ValueError, match="'fog' is none of day, night, sunset, snow, rain"):
        ConfusionCounts().update(np.zeros((2, 2), int), np.zeros((2, 2), int), "fog")


def test_merged_counts_are_those_of_all_frames():
    first, second, whole = ConfusionCounts(), ConfusionCounts(), ConfusionCounts()
    rng = np.random.default_rng(0)
    for number, weather in enumerate(["day", "night", "day", None]):
        maps = rng.integers(0, len(CLASSES), (2, 8, 8))
        for score in ((first, second)[number % 2], whole):
            score.update(*maps, weather)
    first.merge(second)
    assert first.compute(standard) == whole.compute(standard)
