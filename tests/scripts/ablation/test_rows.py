import pytest
import torch
import torch.nn.functional as F

from models.shortcut import FullSizeBlock, ShortcutBlock
from scripts.ablation.rows import GROUPS, WHOLE, Recipe, charbonnier, squared
from scripts.ablation.variants import WithoutGate
from tests.helpers.cached import CUT, teacher

ROWS = [row for rows in GROUPS.values() for row in rows]


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_a_block_that_fits_the_teacher(row):
    cut = teacher(row.recipe.cut)
    x = torch.rand(1, 3, 32, 48) * 2 - 1
    a = cut.head(x)
    block = row.recipe.new_block(cut).train()
    if row.name == "input_flow":
        block.flow = torch.zeros(1, 2, 32, 48)
    feature = block.with_pixels(a, a, cut.body(a))[0].feature
    assert feature.shape == cut.body(a).shape and feature.abs().max() > 0 and block.config["h_dim"] == row.recipe.h_dim


def test_a_full_size_block_starts_with_the_reference_and_one_without_a_gate_cannot():
    cut = teacher()
    a = cut.head(torch.rand(1, 3, 32, 48) * 2 - 1)
    f = cut.body(a)
    error = {form: F.mse_loss(Recipe(form).new_block(cut)(a, a, f).feature, f) for form in (FullSizeBlock, WithoutGate)}
    assert error[FullSizeBlock] < 0.01 * f.square().mean() < error[WithoutGate]


def test_the_published_block_starts_from_reuse_where_it_can():
    cut = teacher()
    able = Recipe(ShortcutBlock, CUT, h_dim=2 * cut.f_channels).new_block(cut)
    assert torch.equal(able.reconstruct.bias, torch.zeros(cut.f_channels))
    unable = Recipe(ShortcutBlock, CUT, h_dim=4).new_block(cut)
    assert unable.reconstruct.bias.any()


def test_the_whole_block_is_the_last_row_of_the_ladder_and_hold_needs_no_training_of_its_own():
    assert GROUPS["ladder"][-1] is WHOLE
    (held,) = GROUPS["hold"]
    assert held.recipe == WHOLE.recipe and held.hold > 0


def test_the_softer_distances_care_less_about_small_errors():
    f = torch.ones(1, 1, 1, 1)
    for distance in (charbonnier, squared):
        assert distance(f, f) < 0.11 and distance(f + 2, f) > 1.9
        assert distance(f + 0.05, f) - distance(f, f) < 0.02 < F.l1_loss(f + 0.05, f)
