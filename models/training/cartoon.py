"""Supervised training of a VToonify generator on pairs of a frame and its cartoon."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.styled import StyledVToonify, unparsed
from models.teachers.vtoonify.stylegan import ROWS
from models.training.adam import Adam
from models.training.trainer import Trainer

SCALES = (1, 2, 4)  # each L1 term compares images reduced by one of these; a reduced image forgives a small shift
PLAIN_LR_RATIO = 0.4  # learning rate of plain convolutions over that of the generator, which scales its weights in use


class CartoonTrainer(Trainer):
    """Trains all weights of the generator that run.

    This training has no face parsing: the logits of face parts are zeros, and must be zeros in every later use.

    Args:
        network: the generator.
        style: [18, width] in W+, the only style that it learns.
        lr: learning rate of the generator. Encoder and fusions learn at PLAIN_LR_RATIO times that.
    """

    def __init__(self, network: VToonify, style: Tensor, lr: float = 2e-3, beta1: float = 0.9):
        self.network, self.style = network, style
        plain = [*network.encoder.parameters(), *network.fusion_out.parameters(), *network.fusion_skip.parameters()]
        groups = [{"params": network.generator.parameters()}, {"params": plain, "lr": lr * PLAIN_LR_RATIO}]
        self.optimizer = Adam(groups, lr=lr, betas=(beta1, 0.99))
        super().__init__([self.optimizer], network=network, optimizer=self.optimizer)

    def _step(self, frame: Tensor, target: Tensor) -> dict[str, Tensor]:
        """frame [N, 3, H, W], target [N, 3, 4H, 4W], both in [-1, 1] -> {term: loss}, with "total"."""
        output = self.network.styled(self.style)(unparsed(frame))
        terms = {f"L1_{scale}": reduced_l1(output, target, scale) for scale in SCALES}
        terms, total = self.update("VToonify", self.optimizer, terms)
        return {**terms, "total": total}

    @torch.no_grad()
    def for_inference(self) -> StyledVToonify:
        """The network with its present weights and its style."""
        return self.network.styled(self.style)

    @torch.no_grad()
    def translate(self, frame: Tensor) -> Tensor:
        """frame [N, 3, H, W] -> its cartoon [N, 3, 4H, 4W], both in [-1, 1]."""
        return self.for_inference()(unparsed(frame)).clamp(-1, 1)

    def weights(self) -> dict[str, object]:
        """{"g_ema": the generator, as in published files, "style": [18, width] in W+}."""
        return {"g_ema": self.network.state_dict(), "style": self.style}

    def state_dict(self) -> dict:
        return {**super().state_dict(), "style": self.style}

    def load_state_dict(self, state: dict) -> None:
        super().load_state_dict(state)
        self.style = state["style"].to(self.style)

    def start_from(self, state: dict) -> list[str]:
        taken = super().start_from(state)
        if taken:  # the weights were trained for this style
            self.style = state["style"].to(self.style)
        return taken


def random_style(network: VToonify) -> Tensor:
    """A style [18, width] in W+: the same random vector in every row."""
    with torch.no_grad():
        return network.w_plus(torch.randn(1, network.width)).repeat(ROWS, 1)


def reduced_l1(image: Tensor, target: Tensor, scale: int) -> Tensor:
    """Mean absolute difference of two images [N, 3, H, W], both reduced by the whole number `scale`."""
    return F.l1_loss(F.avg_pool2d(image, scale), F.avg_pool2d(target, scale))
