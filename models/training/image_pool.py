"""Earlier generated images, which a discriminator is shown again."""

import torch
from torch import Tensor

from models.training.share import Share


class ImagePool:
    """Keeps generated images. Once it is full, it returns an earlier image instead of a new one half of the time.

    All processes keep the same images and draw alike.

    Args:
        size: images kept; 0: every image is returned as it is.
        seed: of its random choices.

    Source: Shrivastava et al., Learning from Simulated and Unsupervised Images (2017), section 2.3.
    """

    def __init__(self, size: int, seed: int = 0):
        self.size, self.images = size, []
        self.generator = torch.Generator().manual_seed(seed)

    def query(self, images: Tensor, share: Share | None = None) -> Tensor:
        """images [N, ...] -> as many images [N, ...], detached, each of them new or an earlier one.

        Args:
            share: the images are those of this share of a batch; None: they are the batch.
        """
        images = images.detach()
        if self.size == 0:
            return images
        share = share or Share.of(len(images))
        return share.take(torch.stack([self._exchange(image) for image in share.gather(images)]))

    def _exchange(self, image: Tensor) -> Tensor:
        if len(self.images) < self.size:
            self.images.append(image.clone())
            return image
        if torch.rand((), generator=self.generator) < 0.5:
            return image
        slot = int(torch.randint(self.size, (), generator=self.generator))
        old, self.images[slot] = self.images[slot], image.clone()
        return old.to(image.device)  # the images of a resumed run were loaded to the CPU

    def state_dict(self) -> dict:
        return {"images": list(self.images), "generator": self.generator.get_state()}

    def load_state_dict(self, state: dict) -> None:
        self.images = list(state["images"])
        self.generator.set_state(state["generator"])
