import pytest
import torch

from models.teachers.recycle_gan import ResnetGenerator
from models.training.discriminators import PatchDiscriminator
from models.training.unsup import Motion, SideWeights, UnsupTrainer

ALL = SideWeights(cycle=1, unsup_cycle=1, spa_unsup=1, content=1, identity=1, checkerboard=1)


def networks():
    torch.manual_seed(0)
    made = {name: ResnetGenerator(4, 1) for name in ("G_A", "G_B")}
    return made | {name: PatchDiscriminator(4) for name in ("D_A", "D_B")}


def trainer(weights=ALL, pool_size=0):
    made = networks()
    content = torch.nn.Conv2d(3, 4, 3).requires_grad_(False)
    return UnsupTrainer(made, weights, weights, Motion(), pool_size=pool_size, content_network=content)


def frames(seed=0):
    return torch.rand(2, 1, 3, 64, 64, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_a_step_changes_all_four_networks_and_reports_every_term():
    made = trainer()
    before = {name: [p.clone() for p in network.parameters()] for name, network in made.networks.items()}
    losses = made.step(*frames())
    sides = {f"{term}_{side}" for term in ("gan", *vars(ALL)) for side in "AB"}
    assert losses.keys() == sides | {"D_A", "D_B", "total"}
    for name, network in made.networks.items():
        assert any(not torch.equal(old, new) for old, new in zip(before[name], network.parameters(), strict=True)), name


def test_the_total_is_the_sum_of_the_generators_terms():
    losses = trainer().step(*frames())
    total = sum(value for name, value in losses.items() if name not in ("D_A", "D_B", "total"))
    assert losses["total"] == pytest.approx(total, rel=1e-5)


def test_a_weight_of_zero_leaves_only_the_adversarial_terms():
    off = SideWeights(0, 0, 0, 0, 0)
    assert trainer(off).step(*frames()).keys() == {"gan_A", "gan_B", "D_A", "D_B", "total"}


def test_training_lowers_the_spatial_term():
    made = trainer(SideWeights(0, 0, 10, 0, 0))
    first, *_, last = [made.step(*frames()) for _ in range(25)]
    assert last["spa_unsup_A"] < first["spa_unsup_A"] and last["spa_unsup_B"] < first["spa_unsup_B"]


def test_resuming_equals_never_having_stopped():
    straight = trainer(pool_size=1)
    for seed in range(4):
        straight.step(*frames(seed))
    first = trainer(pool_size=1)
    for seed in range(2):
        first.step(*frames(seed))
    resumed = trainer(pool_size=1)
    resumed.load_state_dict(first.state_dict())
    for seed in range(2, 4):
        resumed.step(*frames(seed))
    for name, network in straight.networks.items():
        other = resumed.networks[name].state_dict()
        assert all(torch.equal(value, other[key]) for key, value in network.state_dict().items()), name


def test_a_loss_that_is_not_finite_stops_the_step_and_names_the_term():
    made = trainer()
    a, b = frames()
    before = [p.clone() for p in made.networks["G_A"].parameters()]
    with pytest.raises(FloatingPointError, match="gan_A"):
        made.step(a * float("nan"), b)["total"]
    assert all(torch.equal(old, new) for old, new in zip(before, made.networks["G_A"].parameters(), strict=True))


def test_a_gradient_that_is_not_finite_stops_the_step_before_a_weight_changes():
    class Root(torch.nn.Module):
        def forward(self, x):
            return (0 * x).sqrt()  # 0, with the gradient 0 * infinity

    made = trainer()
    made.content_network = Root()
    before = [p.clone() for p in made.networks["G_A"].parameters()]
    with pytest.raises(FloatingPointError, match="gradient of G "):
        made.step(*frames())["total"]
    assert all(torch.equal(old, new) for old, new in zip(before, made.networks["G_A"].parameters(), strict=True))
