"""Training of an FCN-8s without pretrained weights: its initial weights, and one optimisation step."""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.evaluation.fcn8s import POOL3_SCALE, POOL4_SCALE, FCN8s
from models.training.adam import Adam
from models.training.trainer import Trainer

# How large the weights of a layer must be, relative to a layer whose input and output both have a spread of 1: conv1_1
# reads grey levels, the network scales its skips down, upsampling weights are bilinear. Adam moves each weight by about
# its learning rate, however small the weight is, so learning rates follow the same scale. The published network starts
# from a trained VGG16 and needs none of this.
WEIGHT_SCALE = {"conv1_1": 1 / 64, "score_pool4": 1 / POOL4_SCALE, "score_pool3": 1 / POOL3_SCALE}
WEIGHT_SCALE |= dict.fromkeys(["upscore2", "upscore_pool4", "upscore8"], 0.1)
IGNORED_LABEL = -100


def init_from_scratch(network: FCN8s) -> FCN8s:
    """`network` with new weights: its layers keep the spread of their input, its scores are 0, upsampling is bilinear.

    Source: He et al., Delving Deep into Rectifiers (2015).
    """
    for name, layer in network.named_children():
        if name.startswith("up"):
            continue
        assert isinstance(layer, nn.Conv2d) and layer.bias is not None  # all others upsample
        nn.init.zeros_(layer.bias)
        if name.startswith("score"):
            nn.init.zeros_(layer.weight)
        else:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            with torch.no_grad():
                layer.weight.mul_(WEIGHT_SCALE.get(name, 1.0))
    return network


class FcnTrainer(Trainer):
    """Trains all weights of the network, upsampling included.

    Args:
        ignored: class ids. Their pixels do not count in the loss.
        lr: learning rate of layers whose WEIGHT_SCALE is 1; the others learn at the same rate relative to their scale.
    """

    def __init__(self, network: FCN8s, ignored: Iterable[int], lr: float, beta1: float = 0.9):
        self.network, self.ignored = network, tuple(ignored)
        layers = dict(network.named_children())
        biases = [layer.bias for layer in layers.values() if layer.bias is not None]
        weights = [{"params": [layer.weight], "lr": lr * WEIGHT_SCALE.get(name, 1.0)} for name, layer in layers.items()]
        self.optimizer = Adam([{"params": biases}, *weights], lr, (beta1, 0.999))
        super().__init__([self.optimizer], network=network, optimizer=self.optimizer)

    def _compilable(self) -> Iterable[nn.Module]:
        return (self.network,)

    def _step(self, frames: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Frames [N, 3, H, W] in [-1, 1] and their class ids, int64 [N, H, W] -> {"total": mean cross entropy}."""
        counted = torch.isin(labels, labels.new_tensor(self.ignored), invert=True)
        labels = labels.where(counted, IGNORED_LABEL)
        total = F.cross_entropy(self.network(frames), labels, ignore_index=IGNORED_LABEL, reduction="sum")
        per_frame = self.share.mean(counted.sum().double() / len(frames))  # pixels that count, mean over the batch
        pixels = (per_frame * len(frames)).clamp(min=1).to(total.dtype)
        return {"total": self.update("FCN8s", self.optimizer, {"cross entropy": total / pixels})[1]}
