"""Perceptual distances between two images, for training."""

import operator
from functools import reduce
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.base import Teacher

VGG16_FILE = "vgg16-397923af.pth"


class TeacherPerceptual:
    """Mean L1 distance of the teacher's own features of two images. It needs no further weights.

    Gradients flow to `output` only.
    """

    def __init__(self, teacher: Teacher):
        self.teacher = teacher

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """output, target [N, 3, scale*H, scale*W] in [-1, 1] -> scalar."""
        with torch.no_grad():
            target_features = self.teacher.perceptual_features(target)
        pairs = list(zip(self.teacher.perceptual_features(output), target_features, strict=True))
        return reduce(operator.add, [F.l1_loss(feature, wanted) for feature, wanted in pairs]) / len(pairs)


class LPIPS(nn.Module):
    """Learned perceptual distance v0.1 on VGG16, from the `lpips` package; mean over the batch.

    Raises:
        FileNotFoundError: the weights of VGG16 are not on disk, or damaged, and cannot be downloaded. The message says
            where to put them.

    Source: Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric (2018).
    """

    def __init__(self):
        super().__init__()
        import lpips

        try:
            self.network = lpips.LPIPS(net="vgg", version="0.1", verbose=False)
        except Exception as error:  # no connection, a wrong hash, and damaged bytes, which fail in many ways
            where = Path(torch.hub.get_dir()) / "checkpoints" / VGG16_FILE
            raise FileNotFoundError(
                f"LPIPS needs torchvision's VGG16 weights and could not load them ({error}); put {VGG16_FILE} at "
                f"{where}, or use --perceptual teacher, which needs no file, or --lambda_lpips 0"
            ) from error
        self.requires_grad_(False).eval()

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """output, target [N, 3, H, W] in [-1, 1] -> scalar."""
        return self.network(output, target).mean()
