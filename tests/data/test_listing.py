import os
from pathlib import Path

import pytest

from data.listing import IMAGE_SUFFIXES, VIDEO_SUFFIXES, check_one_series, list_folder, natural_key, unused


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return [folder / name for name in names]


def names(paths):
    return [path.name for path in paths]


def ordered(*given):
    return names(sorted(map(Path, given), key=natural_key))


@pytest.mark.parametrize(
    "expected",
    [
        ["frame_1.JPG", "frame_2.png", "frame_2b.png", "frame_10.png", "other_3.png"],
        ["frame_0.25.png", "frame_0.5.png", "frame_2.png", "frame_10.png"],
        ["t9.5s.png", "t10.25s.png", "t10.5s.png"],
        ["v1.9.2.png", "v1.10.0.png"],  # three numbers are no decimal
        ["2024-01-02_9.png", "2024-01-02_10.png", "2024-01-10_1.png"],
        ["01.png", "1.png", "02.png", "a1.png", "b.png"],
        ["img_1.jpg", "IMG_2.JPG", "img_3.jpg"],
    ],
)
def test_numbers_in_names_are_compared_as_numbers_and_decimals_as_decimals(expected):
    assert ordered(*reversed(expected)) == ordered(*expected) == expected


def test_a_folder_is_listed_by_kind_in_natural_order(tmp_path):
    touch(tmp_path, "10.PNG", "2.jpg", "3.webp", "4.tif", "5.tiff", "b.TS", "a.gif", "x.exr", "notes.txt", "README")
    (tmp_path / "c.mp4").mkdir()
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    listing = list_folder(tmp_path)
    assert names(listing.images) == ["2.jpg", "3.webp", "4.tif", "5.tiff", "10.PNG"]
    assert names(listing.videos) == ["a.gif", "b.TS"] and names(listing.folders) == ["c.mp4"]
    assert names(listing.others) == ["notes.txt", "README", "x.exr"] and names(listing.dead_links) == ["gone.png"]


def test_what_systems_leave_behind_and_what_is_hidden_is_passed_over(tmp_path):
    touch(tmp_path, "1.png", ".DS_Store", "._1.png", ".hidden.png", "Thumbs.db", "desktop.ini")
    for folder in ("__MACOSX", "@eaDir", "#recycle", ".cache", "System Volume Information"):
        touch(tmp_path / folder, "1.png")
    listing = list_folder(tmp_path)
    assert [*map(len, listing)] == [1, 0, 0, 0, 0] and unused(tmp_path, listing.images) == []


def test_links_to_files_and_folders_count(tmp_path):
    (picture,) = touch(tmp_path / "real", "1.png")
    (tmp_path / "linked").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real" / "2.png").symlink_to(picture)
    (tmp_path / "real" / "circle.png").symlink_to(tmp_path / "real" / "circle.png")
    assert names(list_folder(tmp_path).folders) == ["linked", "real"]
    listing = list_folder(tmp_path / "linked")
    assert names(listing.images) == ["1.png", "2.png"] and names(listing.dead_links) == ["circle.png"]


@pytest.mark.parametrize(
    "given",
    [
        ["1.png", "2.webp", "3.jpg"],
        ["a.png", "b.png"],
        ["frame_1.5.png", "frame_1.05.png", "frame_2.png"],
        ["001_00001.jpg", "001_00002.jpg", "002_00001.jpg"],
        ["10-00-01.png", "10-01-00.png"],
        ["camera2_a.png", "camera2_b.png", "camera2_c.png"],
    ],
)
def test_pictures_with_names_of_their_own_are_one_clip(given):
    check_one_series([Path("in", name) for name in given])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["1.jpg", "1.png", "2.jpg", "2.png"], "2 like #.jpg and 2 like #.png: one clip of 4 frames, or two clips"),
        (["1.png", "2.png", "2_mask.png"], "2 like #.png and 1 like #_mask.png"),
        (["left_1.png", "left_2.png", "right_1.png", "right_2.png"], "2 like left_#.png and 2 like right_#.png"),
        (["walk.jpg", "walk.png"], "1 like walk.jpg and 1 like walk.png"),
        (["1.png", "01.png", "2.png"], "1.png and 01.png: one clip of 3"),
        (["1.jpg", "1.png"], "1 like #.jpg and 1 like #.png"),
    ],
)
def test_the_same_frame_twice_is_refused_with_both_readings(given, told):
    with pytest.raises(ValueError) as error:
        check_one_series([Path("in", name) for name in given])
    assert f"in holds the same frames twice, {told}" in str(error.value) and "masks?" in str(error.value)


def test_what_is_not_used_is_counted_and_named(tmp_path):
    used = touch(tmp_path / "a", *(f"{n}.png" for n in range(3))) + touch(tmp_path / "b", "1.png")
    touch(tmp_path, "preview.png", "movie.mp4", "labels.txt")
    touch(tmp_path / "a", "3.exr", "4.exr", "5.exr", "6.exr", "frame_7")
    touch(tmp_path / "b" / "raw", "1.png")
    (tmp_path / "b" / "2.png").symlink_to(tmp_path / "nowhere")
    (line,) = unused(tmp_path, used)
    assert line == (
        f"not used of {tmp_path}: 1 picture (preview.png), 1 video (movie.mp4), "
        "4 .exr files (a/3.exr, a/4.exr, a/5.exr, ...), 1 file without suffix (a/frame_7), "
        "1 folder (b/raw), 1 dead link (b/2.png)"
    )


def test_nothing_is_said_where_all_is_used_or_belongs_to_another_split(tmp_path):
    used = touch(tmp_path / "val" / "A", "1.png")
    touch(tmp_path / "val" / "B", "1.png")
    touch(tmp_path / "train" / "A", "1.png")
    assert unused(tmp_path, used) == []


def test_nothing_belongs_to_a_video_that_is_given_as_a_file(tmp_path):
    video, _ = touch(tmp_path, "a.mp4", "b.mp4")
    assert unused(video, [video]) == []


def test_a_name_of_any_bytes_is_told(tmp_path):
    (used,) = touch(tmp_path, "1.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.exr")).touch()
    assert unused(tmp_path, [used]) == [f"not used of {tmp_path}: 1 .exr file (caf\\udce9.exr)"]


def test_the_suffixes_that_are_read_are_documented():
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    for start, suffixes in (("- Pictures: `", IMAGE_SUFFIXES), ("- Videos: `", VIDEO_SUFFIXES)):
        assert set(page.partition(start)[2].partition("`")[0].split()) == suffixes
