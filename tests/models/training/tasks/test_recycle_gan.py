import pytest
import torch

from models.training.tasks.recycle_gan import RecycleGanTask, new_generator
from models.training.unsup import Motion, SideWeights, UnsupTrainer
from tests.helpers.runs import teacher_file
from tests.helpers.tiny import NGF, generator, video


@torch.no_grad()
def test_a_generator_starts_from_narrower_weights_and_shows_what_they_show(tmp_path):
    start, x = teacher_file(tmp_path / "narrow.pth"), torch.rand(1, 3, 24, 32) * 2 - 1
    wide = new_generator(2 * NGF, 1, str(start))
    assert wide.ngf == 2 * NGF
    torch.testing.assert_close(wide(x), generator()(x), atol=1e-4, rtol=1e-4)
    same = new_generator(NGF, 1, str(start))
    torch.testing.assert_close(same(x), generator()(x), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_both_generators_are_shown_and_exported():
    networks = {name: generator(seed) for seed, name in enumerate(("G_A", "G_B", "D_A", "D_B"))}
    weights = SideWeights(cycle=1.0, unsup_cycle=0.0, spa_unsup=0.0, content=0.0, identity=0.0, checkerboard=0.0)
    task = RecycleGanTask(
        UnsupTrainer(networks, weights, weights, Motion(1, 1, 0, 0)), None, torch.device("cpu"), {}, {}
    )
    a, b = video(2)
    shown = torch.cat([a, networks["G_A"](a), b, networks["G_B"](b)], dim=3)[0]
    torch.testing.assert_close(task.preview(a, b), shown)
    assert task.export().keys() == networks.keys() and task.validate() == ({}, [])


def test_weights_that_do_not_fit_are_refused(tmp_path):
    start = str(teacher_file(tmp_path / "narrow.pth"))
    with pytest.raises(ValueError, match="narrow.pth: a generator of 1 blocks, asked for one of 6"):
        new_generator(2 * NGF, 6, start)
    with pytest.raises(ValueError, match=f"{NGF} wide can grow to a multiple of that, got {NGF + 2}"):
        new_generator(NGF + 2, 1, start)
    with pytest.raises(FileNotFoundError, match="none.pth"):
        new_generator(NGF, 1, str(tmp_path / "none.pth"))
