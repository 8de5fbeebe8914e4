import pytest
import torch

from data.frames import UnreadableFrame
from data.loader import load_batches


class Numbers(torch.utils.data.Dataset):
    """Five items that tell their key; the item `bad` cannot be read."""

    def __init__(self, bad=None):
        self.bad = bad

    def __len__(self):
        return 5

    def __getitem__(self, key):
        if key[1] == self.bad:
            raise UnreadableFrame(f"cannot read item {self.bad}")
        return {"key": torch.tensor(key), "skipped": []}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_resumed_run_gets_the_batches_that_were_left(workers):
    every, left = (list(load_batches(Numbers(), 2, 3, 0, start, workers)) for start in (0, 4))
    assert len(every) == 9 and len(left) == 5
    for expected, got in zip(every[4:], left, strict=True):
        assert torch.equal(expected["key"], got["key"])
    assert [batch["samples"] for batch in left] == [2, 1, 2, 2, 1]


@pytest.mark.parametrize("workers", [0, 1])
def test_an_item_that_cannot_be_read_is_raised_as_it_is(workers):
    with pytest.raises(UnreadableFrame, match="^cannot read item 3$"):
        list(load_batches(Numbers(bad=3), 2, 3, 0, workers=workers))
