"""A stand-in for the weights that LPIPS looks for: AlexNet's file, with random convolutions."""

from pathlib import Path

import torch


def save(torch_home: Path) -> None:
    """Write it where torchvision looks for its own, below `torch_home`. The classifier, which LPIPS skips, is zero."""
    from torchvision.models import AlexNet_Weights, alexnet

    with torch.device("meta"):
        shapes = {key: value.shape for key, value in alexnet().state_dict().items()}
    generator = torch.Generator().manual_seed(0)
    weights = {
        key: torch.randn(shape, generator=generator) * 0.05 if "features" in key else torch.zeros(1).expand(shape)
        for key, shape in shapes.items()
    }
    folder = torch_home / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(weights, folder / AlexNet_Weights.IMAGENET1K_V1.url.rsplit("/", 1)[1])
