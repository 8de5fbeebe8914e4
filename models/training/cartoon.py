"""Supervised training of a VToonify generator: frames and what they should look like."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.styled import StyledVToonify, unparsed
from models.teachers.vtoonify.stylegan import ROWS
from models.training.optimizer_step import check_finite, descend
from models.training.trainer import Trainer

SCALES = (1, 2, 4)  # what a term's images are reduced by; reduced, a thin line that is slightly misplaced still counts
PLAIN_LR = 0.4  # learning rate of plain convolutions, of that of the generator, whose weights are scaled when used


class CartoonTrainer(Trainer):
    """Owns what changes in training: all weights of the generator that run, and their optimiser.

    There is no parsing network in this training: its logits are zeros, and must be so wherever the result is used.

    Args:
        network: the generator.
        style: [18, width] in W+, the one style that it learns.
        lr: learning rate of the generator; `PLAIN_LR` times that for encoder and fusions.
    """

    def __init__(self, network: VToonify, style: Tensor, lr: float = 2e-3, beta1: float = 0.9):
        self.network, self.style = network, style
        plain = [*network.encoder.parameters(), *network.fusion_out.parameters(), *network.fusion_skip.parameters()]
        groups = [{"params": network.generator.parameters()}, {"params": plain, "lr": lr * PLAIN_LR}]
        self.optimizer = torch.optim.Adam(groups, lr=lr, betas=(beta1, 0.99))
        super().__init__([self.optimizer], network=network, optimizer=self.optimizer)

    def _step(self, frame: Tensor, target: Tensor) -> dict[str, float]:
        """frame [N, 3, H, W], target [N, 3, 4H, 4W], both in [-1, 1] -> {term: loss}, with "total".

        Raises:
            FloatingPointError: a term or a gradient is NaN or infinite; the message names it, no weight was changed.
        """
        drawn = self.network.styled(self.style)(unparsed(frame))
        terms = {f"L1_{scale}": l1_at(scale, drawn, target) for scale in SCALES}
        total = sum(terms.values())
        check_finite(terms)
        descend("VToonify", self.optimizer, total)
        self.steps += 1
        return {name: value.item() for name, value in {**terms, "total": total}.items()}

    @torch.no_grad()
    def for_inference(self) -> StyledVToonify:
        """The network as it stands."""
        return self.network.styled(self.style)

    @torch.no_grad()
    def drawn(self, frame: Tensor) -> Tensor:
        """frame [N, 3, H, W] -> what the network makes of it, [N, 3, 4H, 4W], both in [-1, 1]."""
        return self.for_inference()(unparsed(frame)).clamp(-1, 1)

    def weights(self) -> dict[str, object]:
        """The generator as published files hold it, under "g_ema", and the only style it knows, [18, width] in W+."""
        return {"g_ema": self.network.state_dict(), "style": self.style}

    def state_dict(self) -> dict:
        return {**super().state_dict(), "style": self.style}

    def load_state_dict(self, state: dict) -> None:
        super().load_state_dict(state)
        self.style = state["style"].to(self.style)


def fixed_style(network: VToonify) -> Tensor:
    """A style [18, width] in W+ for a network that is to know one only: one random vector for all rows."""
    with torch.no_grad():
        return network.w_plus(torch.randn(1, network.width)).repeat(ROWS, 1)


def l1_at(scale: int, image: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of two images [N, 3, H, W] reduced by a whole number."""
    return F.l1_loss(F.avg_pool2d(image, scale), F.avg_pool2d(target, scale))
