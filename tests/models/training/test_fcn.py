import numpy as np
import pytest
import torch

from models.evaluation.fcn8s import FCN8s, from_published
from models.training.fcn import FcnTrainer, init_from_scratch

IGNORED = (0, 1)


def network(seed=0, width=4):
    torch.manual_seed(seed)
    return init_from_scratch(FCN8s(4, width, hidden=8))


def trainer(seed=0, lr=2e-3):
    return FcnTrainer(network(seed), IGNORED, lr)


def scene(seed=0, size=32):
    """Frames whose left part is dark and class 2, the right bright and class 3."""
    rng = np.random.default_rng(seed)
    frames, labels = torch.full((2, 3, size, size), 0.7), torch.full((2, size, size), 3)
    for frame, label, edge in zip(frames, labels, rng.integers(8, 24, 2), strict=True):
        frame[..., :edge], label[:, :edge] = -0.7, 2
    return frames + 0.1 * torch.from_numpy(rng.standard_normal(frames.shape).astype(np.float32)), labels


def spreads(model, x):
    """The spread of what each layer passes on, in the middle where the padding does not show."""
    seen = {}
    for name, layer in model.named_children():
        layer.register_forward_hook(lambda *call, name=name: seen.update({name: call[2].relu().square().mean().sqrt()}))
    model(x)
    return seen


def test_from_scratch_a_signal_keeps_its_size_through_all_layers():
    seen = spreads(network(width=8), torch.randn(1, 3, 200, 200).clamp(-1, 1))
    sizes = [seen[name].item() for name in ("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3", "fc7")]
    assert all(0.1 < size < 10 for size in sizes), sizes


def test_from_scratch_no_class_is_preferred():
    assert network()(torch.randn(1, 3, 24, 32)).abs().max() == 0


def test_it_learns_what_is_where():
    learner = trainer()
    first = learner.step(*scene(0))["total"]
    assert first == pytest.approx(np.log(4), abs=1e-4)
    for seed in range(1, 30):
        learner.step(*scene(seed))
    frames, labels = scene(99)
    assert (learner.network(frames).argmax(1) == labels).float().mean() > 0.9


def test_ignored_classes_teach_nothing():
    frames, labels = scene()
    hidden = labels.clone()
    hidden[:, :16] = torch.tensor([0, 1]).repeat(16)
    losses = [trainer().step(frames, labels)["total"], trainer().step(frames, hidden)["total"]]
    assert losses[0] == pytest.approx(losses[1])  # every pixel costs log 4 at first: a mean over those that count
    learner = trainer()
    before = [p.clone() for p in learner.network.parameters()]
    assert learner.step(frames, torch.ones_like(labels))["total"] == 0
    assert all(torch.equal(a, b) for a, b in zip(before, learner.network.parameters(), strict=True))


def test_the_first_step_moves_each_layer_in_proportion_to_its_size():
    learner = trainer(lr=1e-3)
    learner.network.score_fr.weight.data.normal_()  # scores of 0 would stop the gradient
    before = {name: p.detach().clone() for name, p in learner.network.named_parameters()}
    learner.step(*scene())
    moved = {name: (p - before[name]).abs().max().item() for name, p in learner.network.named_parameters()}
    paces = {"conv1_1": 1 / 64, "conv2_1": 1, "score_pool4": 100, "score_pool3": 10_000, "upscore8": 0.1}
    for layer, pace in paces.items():  # the first step of Adam is the learning rate itself
        assert moved[f"{layer}.weight"] == pytest.approx(1e-3 * pace, rel=0.05), layer
    assert moved["score_pool3.bias"] == pytest.approx(1e-3, rel=0.05)


def test_the_learning_rate_is_scaled_from_where_it_began():
    learner = trainer(lr=1e-3)
    began = [group["lr"] for group in learner.optimizer.param_groups]
    learner.set_lr(0.5)
    learner.set_lr(0.25)
    assert [group["lr"] for group in learner.optimizer.param_groups] == pytest.approx([lr / 4 for lr in began])


def test_a_resumed_training_equals_an_uninterrupted_one():
    whole, first, second = trainer(), trainer(), trainer(seed=5)
    for seed in range(4):
        whole.step(*scene(seed))
    for seed in range(2):
        first.step(*scene(seed))
    second.load_state_dict(first.state_dict())
    for seed in range(2, 4):
        second.step(*scene(seed))
    assert second.steps == 4
    for name, value in whole.network.state_dict().items():
        torch.testing.assert_close(second.network.state_dict()[name], value, atol=0, rtol=0, msg=name)


def test_what_was_trained_loads_as_published():
    learner, x = trainer(), torch.rand(1, 3, 20, 30) * 2 - 1
    learner.step(*scene())
    torch.testing.assert_close(from_published(learner.network.state_dict())(x), learner.network(x))


def test_a_loss_that_is_not_finite_is_refused():
    frames, labels = scene()
    with pytest.raises(FloatingPointError, match="cross entropy=nan"):
        trainer().step(frames * float("nan"), labels)["total"]
