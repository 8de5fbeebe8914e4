from dataclasses import fields

import numpy as np

from data.samples.heads.appearance import BACKDROPS, HAIRCUTS, random_appearance


def test_a_look_belongs_to_its_seed():
    one, same, other = random_appearance([1, 2]), random_appearance([1, 2]), random_appearance([1, 3])
    assert all(np.array_equal(getattr(one, f.name), getattr(same, f.name)) for f in fields(one))
    assert one.seed != other.seed


def test_many_looks_show_every_haircut_and_backdrop_in_colours_that_exist():
    looks = [random_appearance([n]) for n in range(80)]
    assert {look.haircut for look in looks} == set(HAIRCUTS) and {look.backdrop for look in looks} == set(BACKDROPS)
    assert {look.glasses for look in looks} == {True, False} == {bool(look.beard) for look in looks}
    for look in looks:
        for colour in (look.skin, look.hair, look.iris, look.lips, look.clothes):
            assert colour.shape == (3,) and (colour > 0).all() and (colour <= 1.02).all()
        np.testing.assert_allclose(np.linalg.norm(look.light), 1)
