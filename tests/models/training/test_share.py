"""Several processes train as one: the same weights, losses and pools, whatever the sizes of the batches."""

import pytest
import torch

from models.evaluation.fcn8s import FCN8s
from models.teachers.recycle_gan import ResnetGenerator
from models.teachers.vtoonify.network import VToonify
from models.training.cartoon import CartoonTrainer, random_style
from models.training.discriminators import PatchDiscriminator, SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.fcn import FcnTrainer, init_from_scratch
from models.training.perceptual import TeacherPerceptual
from models.training.share import Share
from models.training.unsup import Motion, SideWeights, UnsupTrainer
from tests.helpers.ranks import run_ranks
from tests.helpers.tiny import block, teacher
from util import distributed

SIZES = [4, 4, 3, 4, 1] * 4  # of the batches: one is short, one has no sample for a process
ALL = SideWeights(cycle=1, unsup_cycle=1, spa_unsup=1, content=1, identity=1, checkerboard=1)


def test_one_process_has_the_whole_batch():
    share, x = Share.of(3), torch.rand(3, 2)
    assert share == Share(0, 3, 3) and share.weight == 1
    assert torch.equal(share.take(x), x) and share.gather(x) is x and share.mean(x) is x
    assert share.means({"a": x[0, 0]}) == {"a": x[0, 0]}


def test_an_empty_share_is_a_sample_that_counts_nothing(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "3")
    shares = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        shares.append(Share.of(2))
    assert [share.count for share in shares] == [0, 1, 1] and [share.weight for share in shares] == [0, 0.5, 0.5]
    assert [share.take(torch.arange(2)).tolist() for share in shares] == [[0], [0], [1]]


def distiller(form):
    made = teacher()
    torch.manual_seed(1)
    discriminators = SpectralPatchDiscriminator(2), TemporalPatchDiscriminator(2)
    return Distiller(
        made, block(form), LossWeights(squared=50.0), *discriminators, TeacherPerceptual(made), pool_size=5
    )


def unsup():
    networks = {name: ResnetGenerator(2, 1) for name in ("G_A", "G_B")}
    networks |= {name: PatchDiscriminator(2) for name in ("D_A", "D_B")}
    content = torch.nn.Conv2d(3, 4, 3).requires_grad_(False)
    return UnsupTrainer(networks, ALL, ALL, Motion(), pool_size=5, content_network=content)


def cartoon():
    network = VToonify("toonify", 16)
    return CartoonTrainer(network, random_style(network))


TRAINERS = {
    "published block": lambda: distiller("published"),
    "full-size block": lambda: distiller("full_size"),
    "recycle_gan": unsup,
    "fcn8s": lambda: FcnTrainer(init_from_scratch(FCN8s(4, 2, hidden=4)), [0, 1], 2e-3),
    "vtoonify": cartoon,
}


def batch(name, size, generator):
    """The inputs of a step: two images, 64 pixels for a spectrum; or an image and its class ids, or its cartoon."""
    side = 64 if name in ("recycle_gan", "vtoonify") else 32
    images = torch.rand(2, size, 3, side, side, generator=generator) * 2 - 1
    if name == "fcn8s":
        return images[0], torch.randint(4, (size, side, side), generator=generator)
    return (images[0, ..., :16, :16], images[1]) if name == "vtoonify" else tuple(images)


def trained(name, dtype, steps=SIZES):
    """The losses of every step, and the weights, buffers and pools in the end, of a training on `steps`."""
    torch.set_default_dtype(dtype)
    torch.manual_seed(0)
    trainer, generator, losses = TRAINERS[name](), torch.Generator().manual_seed(1), []
    for size in steps:
        inputs = (Share.of(size).take(x) for x in batch(name, size, generator))
        losses.append(dict(trainer.step(*inputs, samples=size)))
    torch.set_default_dtype(torch.float32)
    return losses, flat(trainer.state_dict())


def flat(state):
    """Every tensor of a state, by its place, but for the optimisers' own."""
    if isinstance(state, torch.Tensor):
        return {"": state}
    items = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else ()
    return {f"{k}.{rest}": x for k, one in items if "optimizer" not in str(k) for rest, x in flat(one).items()}


def difference(one, other):
    assert one.keys() == other.keys() and len(one) > 4
    return max((one[key].double() - other[key].double()).abs().max().item() for key in one)


def train_all(plan):
    return {(name, dtype): trained(name, dtype) for name, dtype in plan}


@pytest.mark.slow
def test_two_processes_end_with_the_weights_and_losses_of_one(tmp_path):
    plan = [*((name, torch.float64) for name in TRAINERS), ("recycle_gan", torch.float32)]
    torch.set_num_threads(1)
    both, alone = run_ranks(train_all, tmp_path, plan), train_all(plan)
    for name, dtype in plan:
        (losses, state), (others_losses, others_state) = (one[name, dtype] for one in both)
        expected_losses, expected = alone[name, dtype]
        assert losses == others_losses and difference(state, others_state) == 0, name
        assert dtype == torch.float32 or difference(state, expected) < 1e-8, name
        for step, wanted in zip(losses, expected_losses, strict=True):
            assert step == pytest.approx(wanted, rel=1e-8 if dtype == torch.float64 else 1e-3), name


def fail_alone(bad):
    trainer = TRAINERS["published block"]()
    inputs = torch.rand(2, 1, 3, 32, 32)
    if distributed.rank() == 1:
        inputs = inputs * bad
    try:
        trainer.step(*inputs, samples=2)
        trainer.check()
    except FloatingPointError as error:
        return str(error)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_in_one_process_ends_all_with_the_same_words(tmp_path):
    first, second = run_ranks(fail_alone, tmp_path, float("nan"))
    assert first == second and first.startswith("loss is not finite: feature=nan")


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize(("total", "parts"), [(7, 1), (7, 2), (7, 3), (7, 99), (2, 2), (1, 4)])
def test_parts_of_a_batch_hold_every_sample_once_over_all_processes(monkeypatch, processes, total, parts):
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    seen, totals = [], set()
    for rank in range(processes):
        monkeypatch.setenv("RANK", str(rank))
        whole = Share.of(total)
        own = torch.arange(total)[whole.first : whole.first + whole.count]
        shares = whole.parts(parts)
        totals.add(tuple(share.total for share, _ in shares))
        assert len(own) == 0 or all(len(own[held]) == max(share.count, 1) for share, held in shares)
        seen += [x for share, held in shares for x in own[held][: share.count].tolist()]
    assert seen == list(range(total)) and len(totals) == 1 and sum(totals.pop()) == total
