import sys

import pytest

from models.shortcut.inference import optimize
from scripts.vtoonify_memory import beyond_weights
from tests.helpers.tiny import vtoonify, vtoonify_block


def networks():
    return vtoonify().for_inference(), optimize(vtoonify_block())


@pytest.mark.skipif(sys.platform != "linux", reason="peaks can be counted anew on Linux only")
def test_larger_frames_need_more_beyond_the_weights():
    small, large = (beyond_weights(networks, size, 3) for size in (64, 512))
    assert abs(small["weights_mb"] - large["weights_mb"]) < 20
    picture = 3 * 2048 * 2048 * 4 / 2**20
    assert large["beyond_mb"] > small["beyond_mb"] + picture and large["weights_mb"] > 100
