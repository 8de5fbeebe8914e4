"""How many processes read data."""

import os

from util import distributed

MOST = 16  # more seldom help one GPU


def reading_processes(wanted: str | int) -> int:
    """`wanted`, or for "auto" one process for each core that this process may use beside its own, 1 to MOST.

    Several processes of one machine share its cores.
    """
    if wanted != "auto":
        return int(wanted)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST, cores // distributed.local_world_size() - 1))
