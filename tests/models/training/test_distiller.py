from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from models.shortcut import BLOCKS
from models.training.discriminators import SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.perceptual import TeacherPerceptual
from tests.helpers.tiny import block, teacher, video, vtoonify, vtoonify_block

LR = 5e-3
EVERY_TERM = LossWeights(squared=50.0)


def distiller(form="published", **weights):
    made = teacher()
    torch.manual_seed(1)
    discriminators = SpectralPatchDiscriminator(4), TemporalPatchDiscriminator(4)
    chosen = replace(EVERY_TERM, **weights)
    return Distiller(made, block(form), chosen, *discriminators, TeacherPerceptual(made), lr=LR, d_lr=LR, pool_size=1)


def pair(seed=0):
    reference, current = video(2, 32, 32, seed)
    return reference, current


@pytest.mark.parametrize("form", BLOCKS)
def test_a_step_reports_every_term_and_its_total(form):
    losses = distiller(form).step(*pair())
    assert losses.keys() == {*vars(LossWeights()), "D_A", "D_T_A", "total"}
    total = sum(value for name, value in losses.items() if name in vars(LossWeights()))
    assert losses["total"] == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("term", vars(LossWeights()))
def test_a_weight_of_zero_switches_its_term_off(term):
    losses = distiller(**{term: 0.0}).step(*pair())
    discriminator = {"adversarial": "D_A", "temporal": "D_T_A"}.get(term)
    assert term not in losses and discriminator not in losses


def test_the_squared_term_is_off_unless_it_is_weighed():
    assert LossWeights().squared == 0 and "squared" not in distiller(squared=LossWeights().squared).step(*pair())


def test_the_weights_are_the_published_ones_unless_others_are_given():
    published = {"feature": 5, "align": 5, "output": 10, "adversarial": 1, "temporal": 1, "perceptual": 10}
    assert vars(LossWeights()) == published | {"squared": 0}


@pytest.mark.parametrize("form", BLOCKS)
def test_the_terms_of_the_picture_are_of_what_the_preview_shows(form):
    made = distiller(form)
    shown = made.preview(*pair())
    losses = made.step(*pair())
    for term, loss in (("output", F.l1_loss), ("squared", F.mse_loss)):
        expected = getattr(EVERY_TERM, term) * loss(shown["shortcut"], shown["teacher"]).item()
        assert losses[term] == pytest.approx(expected, rel=1e-3), term


@pytest.mark.parametrize(("term", "name"), [("adversarial", "D_A"), ("temporal", "D_T_A")])
def test_an_adversarial_term_is_what_its_discriminator_says_of_the_picture(term, name):
    made, other = (distiller(**{term: 3.0}) for _ in range(2))
    shown = other.preview(*pair())
    pictures = [other.teacher(pair()[0]), shown["shortcut"]] if term == "temporal" else shown["shortcut"]
    judged = other.networks[name](torch.stack(pictures, 2) if term == "temporal" else pictures)
    assert made.step(*pair())[term] == pytest.approx(3 * other.gan.generator(judged).item(), rel=1e-3)


def test_a_full_size_blocks_picture_is_painted_over_with_the_references():
    made, (reference, current) = distiller("full_size"), pair()
    made.networks["ShortcutV2V"].to_blend.bias.data.fill_(-100.0)
    bare = made.preview(reference, current)["shortcut"]
    made.networks["ShortcutV2V"].to_blend.bias.data.fill_(100.0)
    painted = made.preview(reference, current)["shortcut"]
    still = made.preview(reference, reference)["shortcut"]
    assert (bare - painted).abs().mean() > 0.01
    y_ref = made.teacher(reference)
    assert (still - y_ref).abs().mean() < 0.2 * (painted - y_ref).abs().mean()


@pytest.mark.parametrize("term", ["adversarial", "temporal", "perceptual"])
def test_a_term_without_its_network_is_refused(term):
    weights = LossWeights(**{name: float(name == term) for name in vars(LossWeights())})
    with pytest.raises(ValueError, match=f"the {term} weight is 1 but no network"):
        Distiller(teacher(), block(), weights)


@pytest.mark.parametrize("form", BLOCKS)
def test_training_brings_features_and_output_nearer_and_leaves_the_teacher_as_it_was(form):
    made = distiller(form, squared=0.0, adversarial=0.0, temporal=0.0, perceptual=0.0)
    before = {key: value.clone() for key, value in made.teacher.state_dict().items()}
    first, *_, last = [made.step(*pair()) for _ in range(80)]
    assert last["feature"] < first["feature"] and last["output"] < 0.7 * first["output"]
    assert all(torch.equal(before[key], value) for key, value in made.teacher.state_dict().items())


def still_temporal_distiller():
    """Trains the block on the temporal term alone. D_T keeps still, and its outputs lie inside of (0, 1).

    Only there do the targets 1 (real) and 0 (fake) pull apart. Its last layer tells the two frames of a pair apart.
    """
    made = distiller(**{name: 0.0 for name in vars(LossWeights()) if name != "temporal"})
    last = made.networks["D_T_A"].eval().model[-1]
    last.weight.data.mul_(0.001), last.bias.data.fill_(0.5)
    made.optimizers["D_T_A"].step = lambda: None
    return made


def judged(made, first, second):
    """What D_T says of the pair of frames."""
    with torch.no_grad():
        return made.networks["D_T_A"](torch.stack([first, second], dim=2))


def test_the_block_is_trained_to_look_real_to_the_temporal_discriminator():
    made, (reference, current) = still_temporal_distiller(), pair()
    y_ref = made.teacher(reference)
    before = judged(made, y_ref, made.preview(reference, current)["shortcut"])
    assert 0 < before.min() and before.max() < 1
    for _ in range(20):
        made.step(reference, current)
    after = judged(made, y_ref, made.preview(reference, current)["shortcut"])
    assert 0 < after.min() and after.max() < 1
    assert (1 - after).square().mean() < (1 - before).square().mean() and after.mean() > before.mean()


def test_the_temporal_discriminator_sees_the_reference_first_whatever_it_judges():
    made, (reference, current) = still_temporal_distiller(), pair()
    y_ref, y = made.teacher(reference), made.teacher(current)
    y_hat = made.preview(reference, current)["shortcut"]
    losses = made.step(reference, current)
    in_order = [judged(made, y_ref, second) for second in (y_hat, y)]
    swapped = [judged(made, second, y_ref) for second in (y_hat, y)]
    for (fake, real), equal in ((in_order, True), (swapped, False)):
        block_loss = (fake - 1).square().mean().item()
        own_loss = 0.5 * ((real - 1).square().mean() + fake.square().mean()).item()
        assert (losses["temporal"] == pytest.approx(block_loss, rel=1e-5)) is equal
        assert (losses["D_T_A"] == pytest.approx(own_loss, rel=1e-5)) is equal


@pytest.mark.parametrize("form", BLOCKS)
def test_resuming_equals_never_having_stopped(form):
    straight, first, resumed = distiller(form), distiller(form), distiller(form)
    for seed in range(4):
        straight.step(*pair(seed))
    for seed in range(2):
        first.step(*pair(seed))
    resumed.load_state_dict(first.state_dict())
    for seed in range(2, 4):
        resumed.step(*pair(seed))
    for name, network in straight.networks.items():
        other = resumed.networks[name].state_dict()
        assert all(torch.equal(value, other[key]) for key, value in network.state_dict().items()), name


def test_a_loss_that_is_not_finite_stops_before_the_block_changes():
    made = distiller()
    before = [p.clone() for p in made.networks["ShortcutV2V"].parameters()]
    reference, current = pair()
    with pytest.raises(FloatingPointError, match="feature=nan"):
        made.step(reference, current * float("nan"))["total"]
    after = made.networks["ShortcutV2V"].parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_gradient_that_is_not_finite_stops_before_the_block_changes():
    made = distiller()
    made.perceptual = lambda output, target: (0 * (output - target)).sqrt().mean()  # 0, with the gradient 0 * infinity
    before = [p.clone() for p in made.networks["ShortcutV2V"].parameters()]
    with pytest.raises(FloatingPointError, match="gradient of ShortcutV2V"):
        made.step(*pair())["total"]
    after = made.networks["ShortcutV2V"].parameters()
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_compiled_networks_have_the_losses_and_the_weights_of_others_and_the_same_names():
    plain, compiled = distiller(), distiller()
    compiled.compile("aot_eager")  # captures the graphs, but makes no code of them, which takes minutes
    for seed in range(2):
        expected, found = plain.step(*pair(seed)), compiled.step(*pair(seed))
        assert dict(found) == pytest.approx(dict(expected), rel=1e-4)
    assert compiled.state_dict()["networks"]["ShortcutV2V"].keys() == plain.networks["ShortcutV2V"].state_dict().keys()


@pytest.mark.parametrize("form", BLOCKS)
def test_a_batch_in_parts_gives_the_block_the_gradients_of_the_whole(form):
    # In float64: where a displacement lies near a whole pixel, rounding decides between two gradients.
    reference, current = (torch.cat(frames).double() for frames in zip(*(pair(seed) for seed in range(3)), strict=True))
    whole, parts = (distiller(form, adversarial=0.0, temporal=0.0) for _ in range(2))
    whole.to(torch.float64)
    parts.to(torch.float64)
    parts.accumulate = 2
    expected, found = whole.step(reference, current), parts.step(reference, current)
    assert dict(found) == pytest.approx(dict(expected), rel=1e-9)
    for one, other in zip(whole.block.parameters(), parts.block.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-6, atol=1e-9)


def test_discriminators_learn_from_all_parts_of_a_batch():
    reference, current = (torch.cat(frames) for frames in zip(*(pair(seed) for seed in range(2)), strict=True))
    made = distiller()
    made.accumulate = 2
    losses = made.step(reference, current)
    assert losses.keys() == {*vars(LossWeights()), "D_A", "D_T_A", "total"}
    assert {len(o.state) > 0 and max(s["step"].item() for s in o.state.values()) for o in made.optimizers.values()} == {
        1
    }


def test_the_learning_rate_factor_reaches_every_optimiser():
    made = distiller()
    made.set_lr(0.25)
    assert {o.param_groups[0]["lr"] for o in made.optimizers.values()} == {0.25 * LR}


def test_the_preview_shows_the_teachers_output_and_a_mask():
    made = distiller()
    reference, current = pair()
    shown = made.preview(reference, current)
    torch.testing.assert_close(shown["teacher"], made.teacher(current))
    assert shown["mask"].shape == (1, 9, 16, 16) and shown["shortcut"].shape == current.shape


def vtoonify_distiller(split, form):
    made = vtoonify(split)
    discriminators = SpectralPatchDiscriminator(4), TemporalPatchDiscriminator(4)
    weights = LossWeights(adversarial=0.01, temporal=0.01)
    return Distiller(made, vtoonify_block(form), weights, *discriminators, TeacherPerceptual(made), lr=LR, d_lr=LR)


@pytest.mark.parametrize("split", ["A", "B"])
def test_a_block_for_a_teacher_with_a_picture_among_its_features_learns(split):
    trained = vtoonify_distiller(split, "published")
    losses = [trained.step(*pair()) for _ in range(30)]
    for term in ("feature", "align", "output", "perceptual"):
        assert losses[-1][term] < 0.8 * losses[0][term], term
    shown = trained.preview(*pair())
    assert shown["shortcut"].shape == shown["teacher"].shape == (1, 3, 128, 128)


@pytest.mark.parametrize("split", ["A", "B"])
def test_a_full_size_block_for_such_a_teacher_starts_nearer_and_learns(split):
    far, trained = vtoonify_distiller(split, "published").step(*pair()), vtoonify_distiller(split, "full_size")
    losses = [trained.step(*pair()) for _ in range(20)]
    for term in ("feature", "align", "output", "perceptual"):
        assert losses[0][term] < 0.2 * far[term], term
    assert losses[-1]["output"] < losses[0]["output"]
    shown = trained.preview(*pair())
    assert shown["shortcut"].shape == shown["teacher"].shape == (1, 3, 128, 128)
