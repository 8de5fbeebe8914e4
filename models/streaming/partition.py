"""A row of tasks cut into runs of neighbours."""

from collections.abc import Sequence


def balanced_cuts(costs: Sequence[float], parts: int) -> tuple[int, ...]:
    """Where to cut `costs` into at most `parts` runs so that the dearest run is as cheap as it can be.

    Returns:
        The first index of every run but the first, rising: no more runs than that takes, the first ones filled up.

    Raises:
        ValueError: no costs or no parts.
    """
    if parts < 1 or not costs:
        raise ValueError(f"cannot cut {len(costs)} costs into {parts} parts")
    ends = range(1, len(costs) + 1)
    limits = sorted({sum(costs[start:end]) for end in ends for start in range(end)})
    ways = (_filled(costs, limit) for limit in limits if limit >= max(costs))
    return next(cuts for cuts in ways if len(cuts) < parts)


def _filled(costs: Sequence[float], limit: float) -> tuple[int, ...]:
    """The cuts between runs that are as long as `limit`, at least the largest cost, lets them be."""
    cuts, run = [], 0.0
    for index, cost in enumerate(costs):
        if run + cost > limit:
            cuts.append(index)
            run = 0.0
        run += cost
    return tuple(cuts)
