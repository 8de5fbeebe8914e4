import pytest
import torch

from options.build.tasks.unsup_single import RecycleGanTask, new_generator
from options.train_options import TrainOptions
from tests.helpers.runs import CPU, SIZES, teacher_file, viper
from tests.helpers.tiny import NGF, generator


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
    assert widths(RecycleGanTask(options(), device)) == {"G_A": 2 * NGF, "G_B": 2 * NGF}
    task = RecycleGanTask(options("--ngf_B", str(NGF)), device)
    assert widths(task) == {"G_A": 2 * NGF, "G_B": NGF}
    assert task.facts["parameters"]["G_B"] < task.facts["parameters"]["G_A"]


@torch.no_grad()
def test_a_generator_starts_from_narrower_weights_and_shows_what_they_show(tmp_path):
    start, x = teacher_file(tmp_path / "narrow.pth"), torch.rand(1, 3, 24, 32) * 2 - 1
    wide = new_generator(2 * NGF, 1, str(start))
    assert wide.ngf == 2 * NGF
    torch.testing.assert_close(wide(x), generator()(x), atol=1e-4, rtol=1e-4)
    same = new_generator(NGF, 1, str(start))
    torch.testing.assert_close(same(x), generator()(x), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_each_generator_has_a_start_of_its_own(options, tmp_path):
    start, x = new_generator(NGF, 6, None), torch.rand(1, 3, 24, 32) * 2 - 1
    torch.save(start.state_dict(), tmp_path / "six.pth")
    for name, other in (("G_A", "G_B"), ("G_B", "G_A")):
        task = RecycleGanTask(options(f"--init_{name}", str(tmp_path / "six.pth")), torch.device("cpu"))
        torch.testing.assert_close(task.trainer.networks[name](x), start(x), atol=1e-4, rtol=1e-4)
        assert not torch.allclose(task.trainer.networks[other](x), start(x), atol=1e-2)


def test_weights_that_do_not_fit_are_refused(tmp_path):
    start = str(teacher_file(tmp_path / "narrow.pth"))
    with pytest.raises(ValueError, match="narrow.pth: a generator of 1 blocks, asked for one of 6"):
        new_generator(2 * NGF, 6, start)
    with pytest.raises(ValueError, match=f"{NGF} wide can grow to a multiple of that, got {NGF + 2}"):
        new_generator(NGF + 2, 1, start)
    with pytest.raises(FileNotFoundError, match="none.pth"):
        new_generator(NGF, 1, str(tmp_path / "none.pth"))
