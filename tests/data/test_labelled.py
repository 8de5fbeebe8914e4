import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from data.batches import ResumableBatchSampler, collate
from data.frames import UnreadableFrame
from data.labelled import LabelledDataset
from util.viper import ID, colours_of

CLASSES = [ID[name] for name in ("sky", "road", "car", "person", "tree", "building")]


def ids_of(number, width=32, height=16):
    rng = np.random.default_rng(number)
    return rng.choice(CLASSES, (height // 2, width // 2)).repeat(2, 0).repeat(2, 1)


@pytest.fixture
def pairs(tmp_path):
    """Five frames that show, as grey levels, ten times the ids of their label maps."""
    found = []
    for number in range(5):
        ids, frame, label_map = ids_of(number), tmp_path / f"{number}.png", tmp_path / f"{number}_labels.png"
        Image.fromarray((10 * ids).astype(np.uint8)).save(frame)
        Image.fromarray(colours_of(ids)).save(label_map)
        found.append((frame, label_map))
    return found


def dataset(pairs, load_size=(32, 16), fine_size=(24, 12), flip=True, seed=0):
    return LabelledDataset(pairs, load_size, fine_size, flip, seed)


def ids_shown(frame):
    return ((frame[0] + 1) * 12.75).round().long()


def test_a_frame_and_its_labels_share_one_window(pairs):
    items = [dataset(pairs)[epoch, index] for epoch in range(4) for index in range(5)]
    for item in items:
        assert item["frame"].shape == (3, 12, 24) and item["labels"].dtype == torch.int64
        assert torch.equal(ids_shown(item["frame"]), item["labels"])


def test_half_are_mirrored_if_asked_for(pairs):
    whole, plain = {"fine_size": (32, 16)}, torch.from_numpy(ids_of(0))
    shown = [dataset(pairs, **whole)[epoch, 0]["labels"] for epoch in range(20)]
    mirrored = [torch.equal(labels, plain.flip(1)) for labels in shown]
    assert {torch.equal(labels, plain) for labels in shown} == set(mirrored) == {True, False}
    assert torch.equal(dataset(pairs, flip=False, **whole)[0, 0]["labels"], plain)


def test_resizing_mixes_no_classes(pairs):
    labels = dataset(pairs, load_size=(44, 22), fine_size=(44, 22))[0, 1]["labels"]
    assert set(labels.unique().tolist()) <= set(CLASSES)


def test_an_item_depends_on_seed_epoch_and_index_alone(pairs):
    first = dataset(pairs)[2, 3]["frame"]
    assert torch.equal(first, dataset(pairs)[2, 3]["frame"])
    assert any(not torch.equal(first, dataset(pairs, seed=s)[2, 3]["frame"]) for s in range(1, 5))


@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_file_is_named_and_its_frame_replaced(pairs, which):
    pairs[1][which].write_bytes(b"junk")
    item = dataset(pairs)[0, 1]
    assert item["skipped"] == [str(pairs[1][which])]
    assert torch.equal(ids_shown(item["frame"]), item["labels"])


def test_nothing_but_damage_is_an_error(pairs):
    for _, label_map in pairs:
        label_map.write_bytes(b"junk")
    with pytest.raises(UnreadableFrame, match=r"no readable frame with its label map in 10 tries.*_labels.png"):
        dataset(pairs)[0, 0]


def test_no_pairs_are_refused():
    with pytest.raises(ValueError, match="no labelled frame"):
        dataset([])


def test_it_is_batched_like_the_pairs(pairs):
    data = dataset(pairs)
    batches = list(DataLoader(data, batch_sampler=ResumableBatchSampler(len(data), 2, epochs=1), collate_fn=collate))
    assert [tuple(batch["labels"].shape) for batch in batches] == [(2, 12, 24), (2, 12, 24), (1, 12, 24)]
