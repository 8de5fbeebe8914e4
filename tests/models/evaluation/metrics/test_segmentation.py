import numpy as np
import pytest
import torch

from models.evaluation.metrics.base import FrameContext, MetricResources
from models.evaluation.metrics.segmentation import SegmentationScore
from util.image import to_tensor, to_uint8
from util.viper import ID, VIPER, nearest_class

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
    figures = metric.figures()
    assert figures["miou"]["all"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert figures["ac"]["all"] == pytest.approx((2 / 3 + 1) / 2)
    assert figures["mp"]["all"] == pytest.approx(5 / 6)


def test_figures_by_hand_as_published():
    metric = score(seg_protocol="published")
    assert add(metric, [SKY, SKY, ROAD], [SKY, CAR, ROAD]) == {"mp": pytest.approx(2 / 3)}
    figures = {name: parts["all"] for name, parts in metric.figures().items()}
    assert figures == pytest.approx({"miou": (1 / 2 + 1) / 31, "ac": (1 / 2 + 1) / 31, "mp": 2 / 3})


def test_a_picture_of_the_ground_truth_scores_one():
    metric = score()
    ids = [i for i in range(len(VIPER)) if i != ID["van"]]
    add(metric, ids, ids, distance=1)
    assert metric.figures() == {name: {"all": 1, "skipped": 1} for name in ("miou", "ac", "mp")}


def test_skipped_frames_are_judged_apart():
    metric = score()
    add(metric, [SKY, SKY], [SKY, SKY])
    add(metric, [SKY, SKY], [SKY, ROAD], distance=2)
    assert metric.figures()["mp"] == {"all": 3 / 4, "skipped": 1 / 2}


def test_conditions_are_those_of_vipers_clips():
    metric = score()
    add(metric, [SKY], [SKY], clip="065")
    add(metric, [SKY], [ROAD], clip="074")
    add(metric, [SKY], [SKY], clip="001")
    assert metric.figures()["mp"] == {"all": pytest.approx(2 / 3), "skipped": None, "day": 1, "night": 0}


def test_clips_that_are_not_vipers_have_no_conditions():
    metric = score(conditions=False)
    add(metric, [SKY], [SKY], clip="065")
    assert metric.figures()["mp"] == {"all": 1, "skipped": None}


def test_where_nothing_is_judged_there_is_no_figure():
    metric = score()
    nothing = {name: {"all": None, "skipped": None} for name in ("miou", "ac", "mp")}
    assert metric.figures() == nothing
    assert add(metric, [ID["unlabeled"]], [SKY]) == {} and metric.figures() == nothing


def test_a_frame_without_ground_truth_is_named():
    with pytest.raises(ValueError, match="frame 7 of clip 065 has no ground truth"):
        score().update(FrameContext("065", 7, FRAME), picture([SKY]), picture([SKY]), 0)


def test_a_ground_truth_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"frame 7 of clip 065: the ground truth is \[1, 2\].*output \[1, 1\]"):
        add(score(), [SKY, SKY], [SKY], clip="065", index=7)


def test_it_says_what_it_lacks():
    assert "--seg_weights FILE" in SegmentationScore.missing(MetricResources())
    assert SegmentationScore.missing(MetricResources(segment=lambda output: np.zeros((1, 1), np.uint8))) is None
