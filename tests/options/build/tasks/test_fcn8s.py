import json

import numpy as np
import pytest
import torch
from PIL import Image

import train
from models.evaluation.fcn8s import from_published
from options.build.tasks.fcn8s import new_task
from options.train_options import TrainOptions
from tests.helpers.runs import CPU, save
from util import checkpoint
from util.viper import ID, colours_of


def dataset(root, frames=4):
    """Frames that are dark where sky is and bright where road is, in the layout of v2l."""
    rng = np.random.default_rng(0)
    for split, clip in (("train", "001"), ("train", "002"), ("val", "065")):
        for number in range(frames):
            ids = np.full((32, 32), ID["sky"])
            ids[rng.integers(8, 24) :] = ID["road"]
            frame = np.where(ids == ID["road"], 200, 50).astype(np.uint8)
            save(root / split / "A" / f"{clip}_{number:05d}.jpg", np.stack([frame] * 3, axis=-1))
            save(root / split / "B" / f"{clip}_{number:05d}.png", colours_of(ids))
    return root


def options(folder, *more):
    if not (folder / "data").exists():
        dataset(folder / "data")
    sizes = [word for flag in ("load", "fine") for side in "WH" for word in (f"--{flag}Size{side}", "32")]
    flags = ["--dataroot", folder / "data", "--dataset_option", "v2l", "--checkpoints_dir", folder / "runs"]
    flags += ["--name", "tiny", "--model", "fcn8s", "--fcn_width", 4, "--fcn_hidden", 8, "--lr", 2e-3, "--beta1", 0.9]
    flags += ["--batchSize", 2, "--niter", 12, "--niter_decay", 0, "--nThreads", 0, "--val_clips", 1, *sizes, *CPU]
    return TrainOptions().parse([str(flag) for flag in [*flags, *more]])


def test_a_training_leaves_a_network_that_loads_as_published_and_figures_of_held_out_frames(tmp_path):
    assert train.train(options(tmp_path, "--save_latest_freq", "48", "--display_freq", "48")) == 0
    run = tmp_path / "runs" / "tiny"
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    figures = [line["validation"] for line in lines if "validation" in line]
    assert [set(f) for f in figures] == [{"miou", "ac", "mp", "best"}] * 2 and figures[-1]["best"] > 0.5
    network = from_published(checkpoint.load(run / "best_net_FCN8s.pth"))
    assert network.conv1_1.out_channels == 4 and network.score_fr.out_channels == 32
    with Image.open(next((run / "samples").glob("*.png"))) as picture:
        assert picture.size == (3 * 32, 2 * 32)  # frame, label map, what the network sees


def test_the_preview_shows_the_label_maps_in_their_colours(tmp_path):
    task = new_task(options(tmp_path), torch.device("cpu"))
    item = task.dataset[0, 0]
    preview = task.preview(item["frame"][None], item["labels"][None])
    expected = colours_of(item["labels"].numpy())
    shown = ((preview[:, :, 32:64] + 1) * 127.5).round().permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(shown, expected)


def test_a_frame_without_a_label_map_is_named(tmp_path):
    opt = options(tmp_path)
    (tmp_path / "data/train/B/002_00001.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"no ground truth for frame 002_00001.jpg"):
        new_task(opt, torch.device("cpu"))


def test_colours_that_are_no_classes_are_told(tmp_path):
    opt = options(tmp_path)
    facts = new_task(opt, torch.device("cpu")).facts
    assert facts["label maps"] == "all colours known"
    save(tmp_path / "data/train/B/001_00000.png", np.full((32, 32, 3), 7, np.uint8))
    facts = new_task(opt, torch.device("cpu")).facts
    assert "1024 of 2048 label pixels" in facts["label maps"] and "(7, 7, 7)" in facts["label maps"]


def test_a_val_clip_that_cannot_be_read_is_left_out_and_named(tmp_path):
    opt = options(tmp_path)
    (tmp_path / "data/val/B/065_00002.png").write_bytes(b"junk")
    figures, told = new_task(opt, torch.device("cpu")).validate()
    assert figures == {} and len(told) == 1 and "065_00002.png" in told[0]


@pytest.mark.parametrize("flags", [["--dataset_option", "v2c"], ["--dataset_mode", "frames"]])
def test_frames_without_label_maps_are_refused(tmp_path, flags, capsys):
    with pytest.raises(SystemExit):
        options(tmp_path, *flags)
    assert "--model fcn8s needs video frames with their label maps" in capsys.readouterr().err
