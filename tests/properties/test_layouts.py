"""Layouts on random folder trees: every picture of the split is in one clip, in order, or the layout says why not."""

import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from data import DATASETS, UNPAIRED, find_clips, unused_files
from data.listing import IMAGE_SUFFIXES, LEFTOVERS

WORDS = ["train", "val", "A", "B", "img", "Viper", "recyclegan_train", "a", "b", "clip 2", "clip10", ".hidden", "ü"]
FOLDERS = st.lists(st.sampled_from(WORDS), max_size=4)
STEMS = st.one_of(
    st.integers(0, 12).map(str),
    st.integers(0, 12).map("{:03d}_x".format),
    st.sampled_from(["ulm_000000_000001_leftImg8bit", ".hidden", "frame", "1.5", "Thumbs"]),
)
ENDINGS = st.sampled_from([".png", ".JPG", ".webp", ".mp4", ".txt", "", ".db", ".zip"])
TREES = st.lists(st.tuples(FOLDERS, STEMS, ENDINGS), max_size=12)


def plant(root, tree):
    """Make the files of `tree`; a path whose folder is a file already is left out."""
    for folders, stem, ending in tree:
        path = root.joinpath(*folders, stem + ending)
        if not any(parent.is_file() for parent in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def is_seen(path, root):
    names = path.relative_to(root).parts
    return not any(name.startswith(".") or name.lower() in LEFTOVERS for name in names)


@given(
    TREES, st.sampled_from([*DATASETS, *(f"unpaired {name}" for name in UNPAIRED)]), st.sampled_from(["train", "val"])
)
@example(
    [(["train", "a"], "2", ".png"), (["train", "a"], "10", ".png"), (["val", "b"], "1", ".png")], "frames", "train"
)
def test_a_layout_finds_clips_of_that_split_or_says_what_it_expects(tree, dataset, split):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        plant(root, tree)
        kind, _, name = dataset.rpartition(" ")
        try:
            clips = [c for one in UNPAIRED[name] for c in one(root, split)] if kind else find_clips(name, root, split)
        except (FileNotFoundError, ValueError) as error:
            assert str(root) in str(error)  # says where
            return
        files = [file for clip in clips for file in clip.files]
        assert clips and all(clip.files for clip in clips)
        assert all(file.is_file() and is_seen(file, root) for file in files)
        other = {"train": "val", "val": "train"}[split]
        assert not any(other == part for file in files for part in file.relative_to(root).parts[:1])
        for clip in clips:
            assert clip.video or {path.suffix.lower() for path in clip.frames} <= IMAGE_SUFFIXES
            numbers = [int(p.stem) for p in clip.frames if p.stem.isdecimal()]
            assert numbers == sorted(numbers) and len(set(clip.frames)) == len(clip.frames)
        assert len(unused_files(name, root, split)) <= 1


@given(st.permutations(range(9)), st.sampled_from(["{}", "{:04d}", "take 3 frame {}", "f{:02d}_left"]))
def test_the_order_in_which_files_were_made_does_not_matter(order, form):
    with tempfile.TemporaryDirectory() as folder:
        for number in order:
            Path(folder, form.format(number + 5) + ".png").touch()
        (clip,) = find_clips("frames", Path(folder), "train")
        assert [path.stem for path in clip.frames] == [form.format(number + 5) for number in range(9)]
