import pytest
import torch

from models.training.distiller import Distiller
from scripts.ablation.rows import Recipe, charbonnier
from scripts.ablation.training import WEIGHTS, CachedDistiller, trained
from scripts.ablation.variants import InputFlow
from tests.helpers.cached import features, teacher


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return features(tmp_path_factory.mktemp("training"))


def step(clips, recipe, *keys):
    torch.manual_seed(0)
    cut = teacher()
    distiller = CachedDistiller(cut, recipe.new_block(cut), clips, recipe.align)
    return distiller.step(*map(torch.tensor, keys))


KEYS = [0, 14], [4, 16]


def test_a_step_on_keys_is_a_step_on_their_frames(clips):
    torch.manual_seed(0)
    cut = teacher()
    plain = Distiller(cut, Recipe().new_block(cut), WEIGHTS)
    expected = plain.step(*(torch.cat([clips.frame(key) for key in keys]) for keys in KEYS))
    found = step(clips, Recipe(), *KEYS)
    assert found.keys() == expected.keys() and found == pytest.approx(expected, rel=0.01)


def test_only_the_moved_map_is_judged_by_the_recipes_distance(clips):
    usual, other = step(clips, Recipe(), *KEYS), step(clips, Recipe(align=charbonnier), *KEYS)
    assert {name for name in usual if usual[name] != other[name]} == {"align", "total"}


def test_a_block_that_looks_at_the_frames_is_told_their_flow(clips):
    assert step(clips, Recipe(InputFlow), *KEYS)["total"] != step(clips, Recipe(), *KEYS)["total"]


def test_training_is_decided_by_its_seed_and_lowers_the_loss(clips, capsys):
    def after(steps, seed=0):
        block = trained(Recipe(h_dim=8), teacher(), clips, steps, seed)
        assert not block.training
        return block.state_dict()

    first, again, other = after(2), after(2), after(2, seed=1)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["reduce_a.weight"], other["reduce_a.weight"])
    capsys.readouterr()
    losses = []
    for steps in (1, 40):
        block = trained(Recipe(h_dim=8), teacher(), clips, steps, 0)
        cut = teacher()
        distiller = CachedDistiller(cut, block, clips, Recipe().align)
        losses.append(distiller.step(*map(torch.tensor, KEYS))["total"])
    assert losses[1] < losses[0] and "step 40/40: loss" in capsys.readouterr().err
