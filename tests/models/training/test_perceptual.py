import pytest
import torch

from models.training.perceptual import LPIPS, VGG16_FILE, TeacherPerceptual
from tests.helpers.tiny import teacher, video, vtoonify


@pytest.fixture
def downloads(monkeypatch, tmp_path):
    """An empty folder of downloaded weights, and no way to download more."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody answers there
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


@pytest.mark.parametrize(("made", "size"), [(teacher(), (16, 24)), (vtoonify(), (64, 96))], ids=["same size", "larger"])
def test_the_teachers_features_are_zero_apart_for_equal_images_and_pull_others_together(made, size):
    distance, (output, target) = TeacherPerceptual(made), video(2, *size)
    assert distance(target, target).item() == 0
    moving = output.clone().requires_grad_()
    first = distance(moving, target)
    first.backward()
    assert distance((moving - 0.5 * moving.grad.sign() * 0.01).detach(), target) < first


def test_missing_vgg_weights_name_the_file_and_the_way_round(downloads):
    with pytest.raises(FileNotFoundError, match=rf"{downloads / VGG16_FILE}.*--perceptual teacher"):
        LPIPS()


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04 the start of a checkpoint"])
def test_a_damaged_vgg_file_is_the_same_error(downloads, content):
    (downloads / VGG16_FILE).write_bytes(content)
    with pytest.raises(FileNotFoundError, match=rf"{downloads / VGG16_FILE}.*--perceptual teacher"):
        LPIPS()
