import pytest
import torch
from torch.utils.data import DataLoader

from data.batches import ResumableBatchSampler, collate
from data.frames import UnreadableFrame
from data.unpaired import UnpairedDataset


def number_of(image):
    return round((image[0].mean().item() + 1) * 127.5 / 10)


@pytest.fixture
def domains(tmp_path, write_frames):
    return [write_frames(tmp_path / d, [f"{i}.png" for i in range(n)]) for d, n in (("A", 5), ("B", 3))]


def dataset(a, b, seed=0):
    return UnpairedDataset(a, b, load_size=(32, 16), fine_size=(24, 12), seed=seed)


def test_a_goes_round_in_turn_and_b_is_drawn(domains):
    a, b = domains
    assert len(dataset(a, b)) == len(dataset(b, a)) == 5
    assert [number_of(dataset(b, a)[0, i]["A"]) for i in range(5)] == [0, 1, 2, 0, 1]
    drawn = [number_of(dataset(a, b)[epoch, 0]["B"]) for epoch in range(30)]
    assert set(drawn) == {0, 1, 2}


def test_the_two_windows_are_independent(domains):
    items = [dataset(*domains)[epoch, 0] for epoch in range(10)]
    assert any(not torch.equal(item["A"][1:], item["B"][1:]) for item in items)
    assert items[0]["A"].shape == (3, 12, 24)


def test_an_item_depends_on_seed_epoch_and_index_alone(domains):
    first = dataset(*domains)[2, 3]["A"]
    assert torch.equal(first, dataset(*domains)[2, 3]["A"])
    assert any(not torch.equal(first, other) for other in (dataset(*domains, s)[2, 3]["A"] for s in range(1, 5)))


def test_a_damaged_frame_is_replaced_and_named(domains):
    a, b = domains
    a[1].write_bytes(b"")
    item = dataset(a, b)[0, 1]
    assert item["skipped"] == [str(a[1])] and number_of(item["A"]) != 1


def test_a_domain_of_damaged_frames_is_an_error(domains):
    a, b = domains
    for path in b:
        path.write_bytes(b"junk")
    with pytest.raises(UnreadableFrame, match=r"no readable frame in 10 tries.*B"):
        dataset(a, b)[0, 0]


def test_a_domain_without_frames_is_refused(domains):
    with pytest.raises(ValueError, match="domain B has no frame"):
        dataset(domains[0], [])


def test_it_is_batched_like_the_pairs(domains):
    data = dataset(*domains)
    batches = list(DataLoader(data, batch_sampler=ResumableBatchSampler(len(data), 2, epochs=1), collate_fn=collate))
    assert [batch["B"].shape[0] for batch in batches] == [2, 2, 1] and batches[0]["skipped"] == []
