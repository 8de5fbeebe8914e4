import pytest
import torch

from models.training.tasks.recycle_gan import new_generator
from options.build.tasks.unsup_single import new_task
from options.train_options import TrainOptions
from tests.helpers.runs import CPU, SIZES, viper
from tests.helpers.tiny import NGF


@pytest.fixture
def options(tmp_path):
    """options(*flags) -> those of a tiny teacher training."""
    viper(tmp_path / "data", frames=1)
    flags = ["--dataroot", str(tmp_path / "data"), "--model", "unsup_single", "--ngf", str(2 * NGF), "--ndf", "2"]
    return lambda *more: TrainOptions().parse([*flags, *SIZES, *CPU, *more])


def widths(task):
    return {name: task.trainer.networks[name].ngf for name in ("G_A", "G_B")}


def test_both_generators_are_as_wide_as_asked_unless_one_has_a_width_of_its_own(options):
    device = torch.device("cpu")
    assert widths(new_task(options(), device)) == {"G_A": 2 * NGF, "G_B": 2 * NGF}
    task = new_task(options("--ngf_B", str(NGF)), device)
    assert widths(task) == {"G_A": 2 * NGF, "G_B": NGF}
    assert task.facts["parameters"]["G_B"] < task.facts["parameters"]["G_A"]


@torch.no_grad()
def test_each_generator_has_a_start_of_its_own(options, tmp_path):
    start, x = new_generator(NGF, 6, None), torch.rand(1, 3, 24, 32) * 2 - 1
    torch.save(start.state_dict(), tmp_path / "six.pth")
    for name, other in (("G_A", "G_B"), ("G_B", "G_A")):
        task = new_task(options(f"--init_{name}", str(tmp_path / "six.pth")), torch.device("cpu"))
        torch.testing.assert_close(task.trainer.networks[name](x), start(x), atol=1e-4, rtol=1e-4)
        assert not torch.allclose(task.trainer.networks[other](x), start(x), atol=1e-2)
