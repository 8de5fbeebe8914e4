"""Pictures of any size go through the networks, and come back in their size."""

import numpy as np
import pytest
import torch

from models.shortcut.inference import optimize
from models.streaming.pictures import SMALLEST_PX, PictureTranslator, reflected
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from tests.helpers.tiny import block, teacher, vtoonify, vtoonify_block
from util.image import to_tensor, to_uint8


def new_translator(whole, short, interval=3):
    stages = eager(whole.for_inference(), optimize(short))
    return lambda x: Translator(stages, Every(interval))


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("height", "width"), [(16, 24), (17, 23), (36, 44), (1, 1), (5, 70)])
@pytest.mark.parametrize("form", ["published", "full_size"])
def test_pictures_keep_their_size(height, width, form):
    pictures = PictureTranslator(new_translator(teacher(), block(form)), 4)
    for seed in range(4):
        translated = pictures(noise(height, width, seed))
        assert translated.shape == (height, width, 3) and translated.dtype == np.uint8
    assert pictures.references == 2


def test_the_first_picture_is_the_teachers():
    picture = noise(16, 24)
    expected = teacher()(to_tensor(picture)[None])
    got = PictureTranslator(new_translator(teacher(), block()), 4)(picture)
    assert np.abs(got.astype(int) - to_uint8(expected[0])).max() <= 1


def test_what_is_padded_does_not_move_the_picture():
    picture = noise(18, 21)
    whole = PictureTranslator(new_translator(teacher(), block()), 4)(reflected(picture, 4))
    got = PictureTranslator(new_translator(teacher(), block()), 4)(picture)
    assert (got == whole[:18, :21]).all()


def test_a_teacher_that_enlarges_enlarges_all_of_the_picture():
    pictures = PictureTranslator(new_translator(vtoonify("B"), vtoonify_block()), 8)
    assert pictures(noise(20, 26)).shape == (80, 104, 3)


@pytest.mark.parametrize(
    ("size", "expected"), [((16, 24), (16, 24)), ((17, 25), (20, 28)), ((3, 40), (SMALLEST_PX, 40))]
)
def test_edges_are_reflected_up_to_the_multiple(size, expected):
    picture = noise(*size)
    padded = reflected(picture, 4)
    assert padded.shape[:2] == expected and (padded[: size[0], : size[1]] == picture).all()
    if size == (17, 25):
        assert (padded[17] == padded[15]).all() and (padded[:, 25] == padded[:, 23]).all()


def test_a_picture_of_another_size_is_refused():
    pictures = PictureTranslator(new_translator(teacher(), block()), 4)
    pictures(noise(16, 24))
    with pytest.raises(ValueError, match="all frames of a video must have one size"):
        pictures(noise(16, 32))
    assert torch.is_grad_enabled()
