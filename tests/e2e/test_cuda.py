"""What only a GPU can show; everything else runs on the CPU."""

import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from models.training.discriminators import SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.perceptual import TeacherPerceptual
from tests.helpers.tiny import block, teacher, video
from util import checkpoint

pytestmark = pytest.mark.gpu


def distiller(form):
    made = teacher().cuda()
    judges = (judge(4).cuda() for judge in (SpectralPatchDiscriminator, TemporalPatchDiscriminator))
    return Distiller(made, block(form).cuda(), LossWeights(), *judges, TeacherPerceptual(made), pool_size=2)


@pytest.mark.parametrize("form", BLOCKS)
def test_training_goes_on_from_a_saved_state_on_the_device(tmp_path, form):
    first, resumed = distiller(form), distiller(form)
    reference, current = video(2, 32, 32).cuda()
    for _ in range(3):
        first.step(reference, current)
    checkpoint.save(tmp_path / "state.pt", first.state_dict())
    resumed.load_state_dict(checkpoint.load(tmp_path / "state.pt"))
    losses, again = first.step(reference, current), resumed.step(reference, current)
    assert losses.keys() == again.keys()
    for name, value in losses.items():
        assert again[name] == pytest.approx(value, rel=1e-2), name


@pytest.mark.parametrize("form", BLOCKS)
def test_the_device_translates_like_the_cpu(form):
    there, here = (
        Translator(eager(teacher().to(device).for_inference(), optimize(block(form).to(device))), Every(3))
        for device in ("cuda", "cpu")
    )
    for frame in video():
        torch.testing.assert_close(there.step(frame).output.cpu(), here.step(frame).output, atol=1e-2, rtol=1e-2)
