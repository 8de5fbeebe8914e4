"""Datasets by name. To add a dataset, write a layout function in `data.layouts` and add one line here."""

from collections.abc import Callable
from pathlib import Path

from data.clips import Clip
from data.layouts import cityscapes, folder, images_a, images_b, label_a, label_b, video_files, viper
from data.listing import unused

Layout = Callable[[Path, str], list[Clip]]

# Datasets to distil on and to translate.
DATASETS: dict[str, Layout] = {
    "v2c": viper,
    "v2l": label_a,
    "l2v": label_b,
    "frames": folder,
    "videofile": video_files,
}

# Pairs of domains to train a teacher on: all frames of all clips, in random order.
UNPAIRED: dict[str, tuple[Layout, Layout]] = {
    "v2c": (viper, cityscapes),
    "v2l": (label_a, label_b),
    "unaligned_scale": (images_a, images_b),
}


def find_clips(dataset: str, root: Path, split: str) -> list[Clip]:
    """The clips of a dataset. A `root` that is a file is read as a video, whatever the dataset.

    Args:
        dataset: a name in `DATASETS`.
        root: the folder given as --dataroot, or a video file.
        split: "train" or "val".

    Raises:
        FileNotFoundError: the layout finds no clip in `root`; the message shows the expected tree.
        ValueError: `dataset` or `split` is unknown, or what lies in `root` can be read in two ways.
    """
    if dataset not in DATASETS:
        raise ValueError(f"unknown dataset {dataset!r}, known are {', '.join(DATASETS)}")
    if split not in ("train", "val"):
        raise ValueError(f'split must be "train" or "val", got {split!r}')
    layout = video_files if root.is_file() else DATASETS[dataset]
    return layout(root, split)


def unused_files(dataset: str, root: Path, split: str) -> list[str]:
    """What lies beside the files of a dataset and is not read, as one line of text, or as none; see `listing.unused`.

    Args:
        dataset: a name in `DATASETS` or `UNPAIRED`; of the latter, both domains are used.
        root, split: as for `find_clips`.
    """
    layouts = UNPAIRED[dataset] if dataset not in DATASETS else (DATASETS[dataset],)
    layouts = layouts if root.is_dir() else ()
    return unused(root, (path for layout in layouts for clip in layout(root, split) for path in clip.files))
