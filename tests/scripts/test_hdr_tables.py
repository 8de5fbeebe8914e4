from pathlib import Path

import numpy as np
import pytest

from data.video import picture
from scripts.hdr_tables import KINDS, SIDE, table


@pytest.mark.slow  # FFmpeg needs seconds for what the table saves
def test_the_committed_table_is_the_one_that_ffmpeg_makes():
    committed = np.loadtxt(Path(picture.__file__).with_name("hlg.cube"), skiprows=2)
    assert committed.shape == (SIDE**3, 3)
    np.testing.assert_allclose(committed, table(KINDS["hlg"]), atol=0.02)  # FFmpeg's versions may round differently
