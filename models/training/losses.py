"""The adversarial loss in its three forms."""

import torch
import torch.nn.functional as F
from torch import Tensor

GAN_MODES = ("lsgan", "vanilla", "hinge")


class GANLoss:
    """The loss of a discriminator's predictions p, averaged over all their elements.

    lsgan:   mean((p - t)^2) with t = 1 for real and 0 for fake
    vanilla: binary cross entropy on logits
    hinge:   mean(relu(1 - p)) for real, mean(relu(1 + p)) for fake; -mean(p) for the generator

    Raises:
        ValueError: `mode` is none of these.
    """

    def __init__(self, mode: str = "lsgan"):
        if mode not in GAN_MODES:
            raise ValueError(f"GAN mode must be one of {GAN_MODES}, got {mode!r}")
        self.mode = mode

    def __call__(self, prediction: Tensor, is_real: bool) -> Tensor:
        """The discriminator's loss, a scalar, for a `prediction` of any shape on real or fake samples."""
        if self.mode == "hinge":
            return F.relu(1 - prediction if is_real else 1 + prediction).mean()
        target = torch.full_like(prediction, float(is_real))
        return (F.mse_loss if self.mode == "lsgan" else F.binary_cross_entropy_with_logits)(prediction, target)

    def generator(self, prediction: Tensor) -> Tensor:
        """The generator's loss, a scalar: small where the discriminator predicts that generated samples are real."""
        return -prediction.mean() if self.mode == "hinge" else self(prediction, True)


def discriminator_loss(gan: GANLoss, real: Tensor, fake: Tensor) -> Tensor:
    """Half the sum of the losses on predictions for real and for fake samples."""
    return 0.5 * (gan(real, True) + gan(fake, False))
