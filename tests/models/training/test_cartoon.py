import copy

import pytest
import torch

from models.teachers.vtoonify.network import VToonify, from_published
from models.teachers.vtoonify.styled import unparsed
from models.training.cartoon import CartoonTrainer, random_style, reduced_l1

WIDTH = 16


def trainer(**kwargs):
    torch.manual_seed(0)
    network = VToonify("toonify", WIDTH)
    return CartoonTrainer(network, random_style(network), **kwargs)


def pair(n=2):
    frame = torch.rand(n, 3, 16, 16) * 2 - 1
    return frame, -torch.nn.functional.interpolate(frame, scale_factor=4)


def test_the_loss_falls_at_once():
    subject, (frame, target) = trainer(lr=5e-3), pair()
    losses = [subject.step(frame, torch.full_like(target, 0.5))["total"] for _ in range(20)]
    assert losses[-1] < 0.7 * losses[0]


def test_every_weight_that_runs_is_trained_and_the_mapping_is_not():
    subject = trainer()
    before = copy.deepcopy(subject.network.state_dict())
    subject.step(*pair())
    changed = {key for key, value in subject.network.state_dict().items() if not torch.equal(value, before[key])}
    still = {key for key in before if key not in changed}
    assert all(key.startswith("generator.style.") or key.endswith((".noise.weight", ".kernel")) for key in still)
    assert any(key.startswith("encoder.0") for key in changed) and any(key.startswith("fusion_skip") for key in changed)


def test_going_on_from_a_state_equals_never_having_stopped():
    one, other, batches = trainer(), trainer(), [pair() for _ in range(3)]
    for batch in batches:
        one.step(*batch)
    other.step(*batches[0])
    state = copy.deepcopy(other.state_dict())
    torch.manual_seed(9)
    network = VToonify("toonify", WIDTH)
    resumed = CartoonTrainer(network, random_style(network))
    resumed.load_state_dict(state)
    for batch in batches[1:]:
        resumed.step(*batch)
    assert resumed.steps == 3 and torch.equal(one.style, resumed.style)
    assert all(torch.equal(v, resumed.network.state_dict()[k]) for k, v in one.network.state_dict().items())


def test_the_weights_load_strictly_as_published_ones_do_and_draw_the_same():
    subject, (frame, _) = trainer(), pair()
    saved = subject.weights()
    assert saved.keys() == {"g_ema", "style"} and saved["style"].shape == (18, WIDTH)
    network = from_published(saved)
    assert (network.backbone, network.width) == ("toonify", WIDTH)
    with torch.no_grad():
        drawn = network.styled(saved["style"])(unparsed(frame)).clamp(-1, 1)
    torch.testing.assert_close(subject.translate(frame), drawn)


def test_a_style_is_one_vector_for_all_layers():
    style = random_style(VToonify("toonify", WIDTH))
    assert style.shape == (18, WIDTH) and not style.requires_grad and (style == style[0]).all() and style.std() > 0


def test_learning_rates_follow_the_factor_from_their_own_values():
    subject = trainer(lr=1e-3)
    subject.set_lr(0.5)
    assert [group["lr"] for group in subject.optimizer.param_groups] == pytest.approx([5e-4, 2e-4])


def test_a_misplaced_line_counts_less_in_images_reduced():
    line, moved = torch.ones(1, 3, 8, 8), torch.ones(1, 3, 8, 8)
    line[..., 4], moved[..., 5] = 0, 0
    assert reduced_l1(line, moved, 1).item() == pytest.approx(2 / 8)
    assert reduced_l1(line, moved, 2).item() == 0
    missing = reduced_l1(line, torch.ones(1, 3, 8, 8), 4).item()
    assert missing == pytest.approx(1 / 8)  # that it is missing shows at every scale


def test_a_loss_that_is_not_finite_is_refused_and_changes_nothing():
    subject, (frame, target) = trainer(), pair()
    before = copy.deepcopy(subject.network.state_dict())
    with pytest.raises(FloatingPointError, match="L1_1"):
        subject.step(frame, target * float("nan"))["total"]
    assert all(torch.equal(v, before[k]) for k, v in subject.network.state_dict().items())
