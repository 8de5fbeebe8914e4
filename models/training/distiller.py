"""The objective of the Shortcut block, and one optimisation step on it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.ops.warp import at_least_float32
from models.shortcut import Shortcut
from models.shortcut.base import PixelPath, Prediction
from models.teachers.base import Teacher
from models.training.adam import Adam
from models.training.image_pool import ImagePool
from models.training.losses import GANLoss, discriminator_loss
from models.training.trainer import Trainer


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms of the objective. 0 switches a term off; the network of that term is then not needed."""

    feature: float = 5.0
    align: float = 5.0
    output: float = 10.0
    squared: float = 0.0
    adversarial: float = 1.0
    temporal: float = 1.0
    perceptual: float = 10.0


class Distiller(Trainer):
    """Trains a Shortcut block to predict what its teacher computes, and the discriminators of its outputs.

        f_hat = S(a_ref, a_t, f_ref),  y_hat = tail(f_hat, a_t); a full-size block then paints parts of y_ref over y_hat
        loss  = feature * |f_hat - f_t| + align * |aligned - f_t| + output * |y_hat - y_t| + squared * |y_hat - y_t|^2
              + adversarial * GAN(D(y_hat)) + temporal * GAN(D_T(y_ref, y_hat)) + perceptual * P(y_hat, y_t)

    The teacher's output is "real" for both discriminators. A step trains the block first, then D, then D_T.

    Args:
        teacher, block: on one device.
        discriminator: frames [N, 3, H, W] -> any shape; None if the adversarial weight is 0.
        temporal_discriminator: pairs of frames [N, 3, 2, H, W] -> any shape; None if the temporal weight is 0.
        perceptual: (output, target) -> scalar; None if its weight is 0.
        pool_size: earlier outputs that D is shown again, see `ImagePool`.

    Source: Chung et al., Shortcut-V2V (2023), section 3.4.
    """

    def __init__(
        self,
        teacher: Teacher,
        block: Shortcut,
        weights: LossWeights,
        discriminator: nn.Module | None = None,
        temporal_discriminator: nn.Module | None = None,
        perceptual: Callable[[Tensor, Tensor], Tensor] | None = None,
        lr: float = 2e-4,
        d_lr: float = 2e-4,
        beta1: float = 0.5,
        gan_mode: str = "lsgan",
        pool_size: int = 0,
        seed: int = 0,
    ):
        _check_networks(weights, discriminator, temporal_discriminator, perceptual)
        self.teacher, self.block, self.weights, self.perceptual = teacher, block, weights, perceptual
        self.networks: dict[str, nn.Module] = {"ShortcutV2V": block}
        if weights.adversarial and discriminator is not None:
            self.networks["D_A"] = discriminator
        if weights.temporal and temporal_discriminator is not None:
            self.networks["D_T_A"] = temporal_discriminator
        self.optimizers = {
            name: Adam(network.parameters(), lr if network is block else d_lr, (beta1, 0.999))
            for name, network in self.networks.items()
        }
        self.gan = GANLoss(gan_mode)
        self.pool = ImagePool(pool_size, seed)
        super().__init__(self.optimizers.values(), networks=self.networks, optimizers=self.optimizers, pool=self.pool)

    def _step(self, reference: Tensor, current: Tensor) -> dict[str, Tensor]:
        """reference, current [N, 3, H, W] in [-1, 1] -> {term: weighted loss}, with "total" of the block."""
        a_ref, a, f_ref, f, y_ref, y = self._run_teacher(reference, current)
        block = self.block.train()
        with torch.autocast(a.device.type, enabled=False):  # offsets are too fine for half precision
            prediction, pixels = block.with_pixels(a_ref, a, f_ref)
        y_hat = self._output(prediction, pixels, a, y_ref)  # the gradient passes through the teacher's tail

        self._train_discriminators(False)
        assert prediction.aligned is not None  # the block is in training mode
        terms = self._terms(prediction.feature, prediction.aligned, f, y_ref, y_hat, y)
        terms, total = self.update("ShortcutV2V", self.optimizers["ShortcutV2V"], terms)
        self._train_discriminators(True)
        for name, loss in self._discriminator_terms(y_ref, y_hat.detach(), y):
            terms[name] = self.update(name, self.optimizers[name], {name: loss})[1]
        return {**terms, "total": total}

    @torch.no_grad()
    def preview(self, reference: Tensor, current: Tensor) -> dict[str, Tensor]:
        """Images [N, 3, H, W] of a step, {"reference", "current", "teacher", "shortcut"}, and the blending "mask"."""
        a_ref, a, f_ref, _, y_ref, y = self._run_teacher(reference, current)
        prediction, pixels = self.block.eval().with_pixels(a_ref, a, f_ref)
        images = {"reference": reference, "current": current, "teacher": y, "mask": prediction.mask}
        return {**images, "shortcut": self._output(prediction, pixels, a, y_ref)}

    def _compilable(self) -> Iterable[nn.Module]:
        """The block computes with code of its own. The discriminators' spectral norm writes into its buffers."""
        return self.teacher.head, self.teacher.body, self.teacher.tail

    def _output(self, prediction: Prediction, pixels: PixelPath | None, a: Tensor, y_ref: Tensor) -> Tensor:
        y_hat = self.teacher.tail(prediction.feature, a)
        return pixels.paint(at_least_float32(y_hat), y_ref) if pixels else y_hat

    @torch.no_grad()
    def _run_teacher(self, reference: Tensor, current: Tensor) -> tuple[Tensor, ...]:
        """(a_ref, a, f_ref, f, y_ref, y)."""
        a = self.teacher.head(torch.cat([reference, current]))
        f = self.teacher.body(a)
        y = self.teacher.tail(f, a)
        return tuple(half for x in (a, f, y) for half in at_least_float32(x).chunk(2))

    def _terms(
        self, f_hat: Tensor, aligned: Tensor, f: Tensor, y_ref: Tensor, y_hat: Tensor, y: Tensor
    ) -> dict[str, Tensor]:
        w = self.weights
        terms = {}
        if w.feature:
            terms["feature"] = w.feature * F.l1_loss(f_hat, f)
        if w.align:
            terms["align"] = w.align * F.l1_loss(aligned, f)
        if w.output:
            terms["output"] = w.output * F.l1_loss(y_hat, y)
        if w.squared:
            terms["squared"] = w.squared * F.mse_loss(y_hat, y)
        if w.adversarial:
            terms["adversarial"] = w.adversarial * self.gan.generator(self.networks["D_A"](y_hat))
        if w.temporal:
            terms["temporal"] = w.temporal * self.gan.generator(self.networks["D_T_A"](_over_time(y_ref, y_hat)))
        if w.perceptual and self.perceptual is not None:
            terms["perceptual"] = w.perceptual * self.perceptual(y_hat, y)
        return terms

    def _discriminator_terms(self, y_ref: Tensor, y_hat: Tensor, y: Tensor) -> Iterator[tuple[str, Tensor]]:
        if "D_A" in self.networks:
            discriminator = self.networks["D_A"]
            real, fake = discriminator(y), discriminator(self.pool.query(y_hat, self.share))
            yield "D_A", discriminator_loss(self.gan, real, fake)
        if "D_T_A" in self.networks:
            discriminator = self.networks["D_T_A"]
            real, fake = discriminator(_over_time(y_ref, y)), discriminator(_over_time(y_ref, y_hat))
            yield "D_T_A", self.weights.temporal * discriminator_loss(self.gan, real, fake)

    def _train_discriminators(self, on: bool) -> None:
        for name in self.networks.keys() - {"ShortcutV2V"}:
            self.networks[name].requires_grad_(on)


def _over_time(first: Tensor, second: Tensor) -> Tensor:
    return torch.stack([first, second], dim=2)  # [N, 3, 2, H, W]


def _check_networks(weights: LossWeights, discriminator, temporal_discriminator, perceptual) -> None:
    networks = {"adversarial": discriminator, "temporal": temporal_discriminator, "perceptual": perceptual}
    for term, network in networks.items():
        if getattr(weights, term) and network is None:
            raise ValueError(f"the {term} weight is {getattr(weights, term):g} but no network was given for it")
    if not any(vars(weights).values()):
        raise ValueError("every loss weight is 0: nothing to train")
