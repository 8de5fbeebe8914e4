"""Training of an FCN-8s from nothing: its initial weights, and one optimisation step."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.evaluation.fcn8s import POOL3_SCALE, POOL4_SCALE, FCN8s
from models.training.optimizer_step import check_finite, descend
from models.training.trainer import Trainer

# How large the weights of these layers have to be, where those of a layer between signals of spread 1 have size 1:
# conv1_1 reads levels, the skips are scaled down, upsampling is made of tents. Adam moves each weight by its learning
# rate, however small the weight is. The published network starts from a trained VGG16 and does without.
SIZE = {"conv1_1": 1 / 64, "score_pool4": 1 / POOL4_SCALE, "score_pool3": 1 / POOL3_SCALE}
SIZE |= dict.fromkeys(["upscore2", "upscore_pool4", "upscore8"], 0.1)
IGNORE = -100


def start_from_nothing(network: FCN8s) -> FCN8s:
    """`network` with scores of 0 and, up to them, weights that keep the spread of what they pass on.

    Upsampling starts bilinear. Source: He et al., Delving Deep into Rectifiers (2015).
    """
    for name, layer in network.named_children():
        if name.startswith("up"):
            continue
        nn.init.zeros_(layer.bias)
        if name.startswith("score"):
            nn.init.zeros_(layer.weight)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            with torch.no_grad():
                layer.weight.mul_(SIZE.get(name, 1.0))
    return network


class FcnTrainer(Trainer):
    """Owns what changes in training: the network, upsampling included, and its optimiser.

    Args:
        ignored: class ids whose pixels teach nothing.
        lr: of weights between signals of spread 1; other weights learn at the same pace relative to their size.
    """

    def __init__(self, network: FCN8s, ignored: Iterable[int], lr: float, beta1: float = 0.9):
        self.network, self.ignored = network, tuple(ignored)
        layers = dict(network.named_children())
        biases = [layer.bias for layer in layers.values() if layer.bias is not None]
        weights = [{"params": [layer.weight], "lr": lr * SIZE.get(name, 1.0)} for name, layer in layers.items()]
        self.optimizer = torch.optim.Adam([{"params": biases}, *weights], lr, (beta1, 0.999))
        super().__init__([self.optimizer], network=network, optimizer=self.optimizer)

    def _step(self, frames: Tensor, labels: Tensor) -> dict[str, float]:
        """Frames [N, 3, H, W] in [-1, 1] and their class ids, int64 [N, H, W] -> {"total": mean cross entropy}.

        Raises:
            FloatingPointError: the loss or a gradient is NaN or infinite; no weight was changed by it.
        """
        judged = torch.isin(labels, labels.new_tensor(self.ignored), invert=True)
        labels = labels.where(judged, IGNORE)
        total = F.cross_entropy(self.network(frames), labels, ignore_index=IGNORE, reduction="sum")
        loss = total / judged.sum().clamp(min=1)
        check_finite({"cross entropy": loss})
        descend("FCN8s", self.optimizer, loss)
        self.steps += 1
        return {"total": loss.item()}
