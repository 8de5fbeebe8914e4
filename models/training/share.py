"""The share of a batch that one process trains on, and how the processes act as one that has the whole batch.

torch's DistributedDataParallel is not used. It averages the gradients of equal parts, and expects one forward pass of a
whole module for each backward pass. Here a discriminator runs frozen, then twice more before its own backward pass; one
optimiser trains two generators that run several times each; the last batch of an epoch may be short, even empty for a
process. So the gradients are added after the backward pass, in one all-reduce for each optimiser: exact for any shares.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from util import distributed


@dataclass(frozen=True)
class Share:
    """Consecutive samples of a batch: `count` of its `total` samples, from number `first` on.

    A process whose share is empty computes on a sample of another one, which then counts nothing: so every process
    takes part in the same calls. Where one process holds the whole batch, nothing below computes anything.

    All processes call `gather`, `mean`, `means` and `add_gradients` in the same order.
    """

    first: int
    count: int
    total: int

    @classmethod
    def of(cls, total: int) -> "Share":
        """This process's share of a batch of `total` samples."""
        first, count = distributed.part(total, distributed.rank(), distributed.world_size())
        return cls(first, count, total)

    def parts(self, number: int) -> list[tuple["Share", slice]]:
        """The batch in `number` parts, or fewer where it has fewer samples: of each, this process's share and samples.

        A part has samples of the shares of all processes. The samples are a slice of those that this process holds.
        """
        held = [
            distributed.part(self.total, rank, distributed.world_size())[1] for rank in range(distributed.world_size())
        ]
        number, rank, found = min(number, max(held)), distributed.rank(), []
        for place in range(number):
            counts = [distributed.part(count, place, number)[1] for count in held]
            first = distributed.part(self.count, place, number)[0]
            share = Share(sum(counts[:rank]), counts[rank], sum(counts))
            found.append((share, slice(first, first + max(share.count, 1))))
        return found

    @property
    def weight(self) -> float:
        """What a mean over this share counts in the mean over the batch."""
        return self.count / self.total

    def take(self, batch: Tensor) -> Tensor:
        """The samples of this share; for an empty one, the sample that counts nothing.

        Args:
            batch: [total, ...], alike in all processes.
        """
        return batch[self.first : self.first + max(self.count, 1)]

    @torch.no_grad()
    def gather(self, samples: Tensor) -> Tensor:
        """[total, ...]: the samples of all shares, in the order of the batch, without gradients."""
        if not distributed.is_parallel():
            return samples
        batch = samples.new_zeros(self.total, *samples.shape[1:])
        batch[self.first : self.first + self.count] = samples[: self.count]
        return distributed.all_reduce(batch)

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the batch of `value`, which is a mean over this share.

        Its gradient is that of `value`: `add_gradients` weights the shares.
        """
        if not distributed.is_parallel():
            return value
        return value + (distributed.all_reduce(value.detach() * self.weight) - value.detach())

    def means(self, terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """`terms`, scalars that are means over this share, as means over the batch, without gradients."""
        if not distributed.is_parallel():
            return dict(terms)
        values = distributed.all_reduce(torch.stack([term.detach() for term in terms.values()]) * self.weight)
        return dict(zip(terms, values, strict=True))

    def add_gradients(self, weights: Iterable[Tensor]) -> None:
        """Make each gradient of a mean over this share the gradient of the mean over the batch."""
        if not distributed.is_parallel():
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients]).mul_(self.weight)
        pieces = distributed.all_reduce(flat).split([gradient.numel() for gradient in gradients])
        for gradient, piece in zip(gradients, pieces, strict=True):
            gradient.copy_(piece.view_as(gradient))
