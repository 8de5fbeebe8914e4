"""The learning-rate schedule of all trainings."""


def lr_factor(epoch: int, niter: int, niter_decay: int) -> float:
    """Factor on the learning rate in `epoch`, counted from 1.

    1 for the first `niter` epochs, then a straight line that would reach 0 one epoch after the last, so that every
    epoch that runs also learns.

    Raises:
        ValueError: `epoch` lies outside 1..niter + niter_decay.
    """
    if not 1 <= epoch <= niter + niter_decay:
        raise ValueError(f"epoch must lie in 1..{niter + niter_decay}, got {epoch}")
    return 1.0 - max(0, epoch - niter) / (niter_decay + 1)
