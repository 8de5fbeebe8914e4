import pytest
import torch

from models.perceptual import LPIPS, VGG16_FILE, TeacherPerceptual
from tests.tiny import teacher, video


def test_the_teachers_features_are_zero_apart_for_equal_images_and_pull_others_together():
    distance = TeacherPerceptual(teacher())
    output, target = video(2)
    assert distance(target, target).item() == 0
    moving = output.clone().requires_grad_()
    first = distance(moving, target)
    first.backward()
    assert distance((moving - 0.5 * moving.grad.sign() * 0.01).detach(), target) < first


def test_missing_vgg_weights_name_the_file_and_the_way_round(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody answers there, so no download can succeed
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=rf"{VGG16_FILE}.*--perceptual teacher"):
        LPIPS()
