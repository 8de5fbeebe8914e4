"""The family of Unsupervised RecycleGAN: from flags to a cut generator."""

from models.teachers.recycle_gan import FAMILY
from tests.helpers.tiny import generator


def test_it_is_cut_where_the_flags_say():
    assert FAMILY.build(generator().state_dict(), skip_idx_start=6, skip_idx_end=13).split == (6, 13)


def test_the_flags_are_the_arguments_of_the_builder():
    defaults = {flag.name: flag.default for flag in FAMILY.flags}
    assert FAMILY.build(generator().state_dict(), **defaults).split == generator().default_split


def test_an_end_that_is_not_behind_the_start_is_told():
    assert FAMILY.problems({"skip_idx_start": 5, "skip_idx_end": None}) == []
    assert FAMILY.problems({"skip_idx_start": 6, "skip_idx_end": 6}) == [
        "--skip_idx_end must be above --skip_idx_start 6, got 6"
    ]
