"""One optimisation step of an Unsupervised RecycleGAN teacher: two generators, two discriminators, unpaired images."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.training.adam import Adam
from models.training.checkerboard import checkerboard_loss
from models.training.image_pool import ImagePool
from models.training.losses import GANLoss, discriminator_loss
from models.training.synthetic_flow import synthetic_flow, warp_by_flow
from models.training.trainer import Trainer


@dataclass(frozen=True)
class SideWeights:
    """Weights of the loss terms on images of one domain; 0 switches a term off."""

    cycle: float = 10.0
    unsup_cycle: float = 10.0
    spa_unsup: float = 10.0
    content: float = 0.0
    identity: float = 0.0
    checkerboard: float = 0.0


@dataclass(frozen=True)
class Motion:
    """The synthetic motion of an image: arguments of `synthetic_flow`, and the noise added to a warped image.

    noise: standard deviation, for images in [-1, 1].
    """

    motion: float = 8.0
    shift: float = 10.0
    scale: float = 0.0
    noise: float = 0.001


class UnsupTrainer(Trainer):
    """Trains two generators, G_A (A -> B) and G_B (B -> A), and the discriminators of their outputs, D_A and D_B.

    All random numbers of a step come from (seed, step number), so a resumed training equals an uninterrupted one. All
    processes draw those of the whole batch.

    Args:
        networks: {"G_A", "G_B", "D_A", "D_B"}, on one device.
        weights_a, weights_b: weights of the terms that start from A and from B.
        content_network: features for the content loss; needed only if a content weight is above 0.
        pool_size: earlier outputs that each discriminator is shown again, see `ImagePool`.

    Source: Wang et al. (2022), Eq. 1-6.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        weights_a: SideWeights,
        weights_b: SideWeights,
        motion: Motion,
        lr: float = 2e-4,
        beta1: float = 0.5,
        gan_mode: str = "lsgan",
        pool_size: int = 0,
        content_network: nn.Module | None = None,
        seed: int = 0,
    ):
        self.networks, self.content_network, self.motion, self.seed = networks, content_network, motion, seed
        self.sides = {"A": ("G_A", "G_B", "D_A", weights_a), "B": ("G_B", "G_A", "D_B", weights_b)}
        self.gan = GANLoss(gan_mode)
        generators = [*networks["G_A"].parameters(), *networks["G_B"].parameters()]
        groups = {"G": generators, "D_A": networks["D_A"].parameters(), "D_B": networks["D_B"].parameters()}
        self.optimizers = {k: Adam(p, lr=lr, betas=(beta1, 0.999)) for k, p in groups.items()}
        self.pools = {"A": ImagePool(pool_size, seed), "B": ImagePool(pool_size, seed + 1)}
        super().__init__(self.optimizers.values(), networks=networks, optimizers=self.optimizers, pools=self.pools)

    def _step(self, real_a: Tensor, real_b: Tensor) -> dict[str, Tensor]:
        """Frames of A and of B, [N, 3, H, W] in [-1, 1] -> {term: weighted loss}, with "total" of the generators."""
        rng = np.random.default_rng([self.seed, self.steps])
        real = {"A": real_a, "B": real_b}
        fake, terms = {}, {}
        self._train_discriminators(False)
        for side in self.sides:
            fake[side], side_terms = self._generator_terms(side, real[side], rng)
            terms |= side_terms
        terms, total = self.update("G", self.optimizers["G"], terms)

        self._train_discriminators(True)
        for side, other in (("A", "B"), ("B", "A")):
            name = self.sides[side][2]
            discriminator = self.networks[name]
            earlier_fake = self.pools[side].query(fake[side], self.share)
            loss = discriminator_loss(self.gan, discriminator(real[other]), discriminator(earlier_fake))
            terms[name] = self.update(name, self.optimizers[name], {name: loss})[1]
        return {**terms, "total": total}

    def _compilable(self) -> Iterable[nn.Module]:
        return self.networks.values()

    def _generator_terms(self, side: str, real: Tensor, rng: np.random.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        forward, back, discriminator, weights = self.sides[side]
        forward, back = self.networks[forward], self.networks[back]
        fake = forward(real)
        terms = {f"gan_{side}": self.gan.generator(self.networks[discriminator](fake))}
        if weights.cycle:
            terms[f"cycle_{side}"] = weights.cycle * F.l1_loss(back(fake), real)
        if weights.unsup_cycle:
            flow = self._flow(real, rng)
            warped = self._noisy(warp_by_flow(fake, flow), rng)
            terms[f"unsup_cycle_{side}"] = weights.unsup_cycle * F.l1_loss(back(warped), warp_by_flow(real, flow))
        if weights.spa_unsup:
            flow = self._flow(real, rng)
            warped = self._noisy(warp_by_flow(real, flow), rng)
            terms[f"spa_unsup_{side}"] = weights.spa_unsup * F.l1_loss(forward(warped), warp_by_flow(fake, flow))
        if weights.content:
            terms[f"content_{side}"] = weights.content * F.mse_loss(self._content(fake), self._content(real))
        if weights.identity:
            terms[f"identity_{side}"] = weights.identity * F.l1_loss(back(real), real)
        if weights.checkerboard:
            terms[f"checkerboard_{side}"] = weights.checkerboard * checkerboard_loss(fake, self.share)
        return fake, terms

    def _flow(self, image: Tensor, rng: np.random.Generator) -> Tensor:
        height, width = image.shape[2:]
        field = synthetic_flow(height, width, rng, self.motion.motion, self.motion.shift, self.motion.scale)
        return torch.from_numpy(field).to(image.device)

    def _noisy(self, image: Tensor, rng: np.random.Generator) -> Tensor:
        std = self.motion.noise * (1 + rng.random())
        noise = rng.standard_normal((self.share.total, *image.shape[1:]), dtype=np.float32)
        return image + std * self.share.take(torch.from_numpy(noise)).to(image.device)

    def _content(self, image: Tensor) -> Tensor:
        assert self.content_network is not None, "a content weight is above 0, but no content network was given"
        return F.instance_norm(self.content_network(image))

    def _train_discriminators(self, on: bool) -> None:
        for name in ("D_A", "D_B"):
            self.networks[name].requires_grad_(on)
