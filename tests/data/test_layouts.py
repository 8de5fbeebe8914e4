import pytest

from data.layouts import cityscapes, folder, images_a, images_b, label_a, label_b, video_files, viper

LAYOUTS = [viper, cityscapes, label_a, label_b, images_a, images_b, folder, video_files]


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


def shape(clips):
    return {clip.name: [p.name for p in clip.frames] for clip in clips}


@pytest.mark.parametrize("inner", ["recyclegan_train", "train"])
def test_viper_is_found_as_published_and_as_documented(tmp_path, inner):
    touch(tmp_path / "Viper" / inner / "img" / "002", "002_00001.jpg", "002_00002.jpg")
    touch(tmp_path / "Viper" / inner / "img" / "001", "001_00010.jpg", "001_00009.png", "notes.txt")
    clips = viper(tmp_path, "train")
    assert [c.name for c in clips] == ["001", "002"]
    assert shape(clips)["001"] == ["001_00009.png", "001_00010.jpg"]


def test_the_recyclegan_copy_of_viper_is_preferred(tmp_path):
    touch(tmp_path / "Viper" / "val" / "img" / "plain", "1.jpg")
    touch(tmp_path / "Viper" / "recyclegan_val" / "img" / "prepared", "1.jpg")
    assert list(shape(viper(tmp_path, "val"))) == ["prepared"]


def test_cityscapes_frames_are_cut_into_snippets(tmp_path):
    city = tmp_path / "Cityscapes_sequence" / "leftImg8bit" / "val" / "old_town"
    numbers = [(0, n) for n in range(35)] + [(0, n) for n in range(100, 102)] + [(1, 102)]
    touch(city, *(f"old_town_{s:06d}_{n:06d}_leftImg8bit.png" for s, n in numbers))
    lengths = {name: len(frames) for name, frames in shape(cityscapes(tmp_path, "val")).items()}
    assert lengths == {
        "old_town_000000_000000": 30,
        "old_town_000000_000030": 5,
        "old_town_000000_000100": 2,
        "old_town_000001_000102": 1,
    }


def test_a_foreign_name_among_cityscapes_frames_is_refused(tmp_path):
    touch(tmp_path / "Cityscapes_sequence" / "leftImg8bit" / "val" / "ulm", "holiday.png")
    with pytest.raises(ValueError, match=r"(?s)holiday\.png is not named like.*<city>_<sequence>_<frame>_leftImg8bit"):
        cityscapes(tmp_path, "val")


@pytest.mark.parametrize(("layout", "domain"), [(label_a, "A"), (label_b, "B")])
def test_flat_label_folders_are_grouped_by_three_characters(tmp_path, layout, domain):
    touch(tmp_path / "val" / domain, "002_1.png", "001_10.png", "001_9.png", "02x.png")
    assert shape(layout(tmp_path, "val")) == {
        "001": ["001_9.png", "001_10.png"],
        "002": ["002_1.png"],
        "02x": ["02x.png"],
    }


def test_a_label_map_beside_its_frame_is_no_frame(tmp_path):
    touch(tmp_path / "val" / "A", "001_1.jpg", "001_1_centered.png", "001_2.jpg")
    with pytest.raises(
        ValueError, match=r"A holds the same frames twice, 2 like #_#\.jpg and 1 like #_#_centered\.png"
    ):
        label_a(tmp_path, "val")


@pytest.mark.parametrize(("layout", "domain"), [(images_a, "A"), (images_b, "B")])
def test_unaligned_images_are_found_at_any_depth(tmp_path, layout, domain):
    touch(tmp_path / "train" / domain, "1.bmp")
    touch(tmp_path / "train" / domain / "deep" / "deeper", "2.ppm")
    assert shape(layout(tmp_path, "train")) == {domain: ["1.bmp"], f"{domain}/deep/deeper": ["2.ppm"]}


@pytest.mark.parametrize("inner", ["val/run", "run"])
def test_a_folder_of_clips_may_be_split_or_not(tmp_path, inner):
    touch(tmp_path / inner, "frame_10.png", "frame_2.png", ".DS_Store")
    assert shape(folder(tmp_path, "val")) == {"run": ["frame_2.png", "frame_10.png"]}


def test_a_folder_of_frames_is_one_clip(tmp_path):
    touch(tmp_path / "walk", "1.png", "2.png")
    assert shape(folder(tmp_path / "walk", "val")) == {"walk": ["1.png", "2.png"]}


@pytest.mark.parametrize("layout", [folder, video_files])
def test_the_train_set_is_never_served_as_val(tmp_path, layout):
    touch(tmp_path / "train", "1.png", "a.mp4")
    with pytest.raises(FileNotFoundError, match="holds train/ but no folder val/"):
        layout(tmp_path, "val")


def test_one_picture_beside_clip_folders_is_no_clip(tmp_path):
    touch(tmp_path / "a", "1.png")
    touch(tmp_path / "b", "1.png")
    touch(tmp_path, "preview.png")
    assert shape(folder(tmp_path, "val")) == {"a": ["1.png"], "b": ["1.png"]}


def test_several_pictures_beside_clip_folders_are_refused_with_both_readings(tmp_path):
    touch(tmp_path / "a", "1.png")
    touch(tmp_path, "1.png", "2.png")
    told = r"2 images \(1.png, 2.png\) and 1 clip folders \(a\): one clip of the images, or the clips of the folders\?"
    with pytest.raises(ValueError, match=told):
        folder(tmp_path, "val")


@pytest.mark.parametrize("layout", [folder, viper])
def test_pictures_with_their_masks_are_no_clip(tmp_path, layout):
    touch(tmp_path / "Viper" / "val" / "img" / "001", "1.jpg", "1.png")
    root = tmp_path if layout is viper else tmp_path / "Viper" / "val" / "img"
    with pytest.raises(ValueError, match="001 holds the same frames twice"):
        layout(root, "val")


def test_frames_in_several_formats_are_one_clip_in_their_order(tmp_path):
    touch(tmp_path / "in", *(f"{n}.{'webp' if n in (3, 7) else 'png'}" for n in range(12)))
    assert [int(path.stem) for path in folder(tmp_path / "in", "val")[0].frames] == [*range(12)]


def test_an_empty_clip_is_named_and_not_passed_over(tmp_path):
    touch(tmp_path / "good", "1.png")
    touch(tmp_path / "bad", "readme.txt")
    with pytest.raises(FileNotFoundError, match=r"(?s)bad holds no image .*expected\n  .*<clip>/\*\.png"):
        folder(tmp_path, "val")


def test_a_video_file_and_a_folder_of_them_are_clips(tmp_path):
    touch(tmp_path / "val", "b.MP4", "a.webm", "a.mov", "list.txt")
    clips = video_files(tmp_path, "val")
    assert [(c.name, c.video.name) for c in clips] == [("a.mov", "a.mov"), ("a.webm", "a.webm"), ("b", "b.MP4")]
    (single,) = video_files(tmp_path / "val" / "b.MP4", "train")
    assert (single.name, single.video.name) == ("b", "b.MP4")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_missing_root_is_refused_with_the_expected_tree(tmp_path, layout):
    with pytest.raises(FileNotFoundError, match=r"(?s)no folder .*; expected\n  "):
        layout(tmp_path / "nowhere", "val")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_folders_that_hold_nothing_are_refused_with_the_expected_tree(tmp_path, layout):
    for inner in ("Viper/val/img", "Cityscapes_sequence/leftImg8bit/val", "val/A", "val/B"):
        (tmp_path / inner).mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match=r"(?s)holds no .*; expected\n  "):
        layout(tmp_path, "val")


def test_links_that_lead_back_end_and_no_image_counts_twice(tmp_path):
    for name in ("a", "b"):
        touch(tmp_path / "train" / "A" / name, "0.png")
    (tmp_path / "train" / "A" / "a" / "up").symlink_to(tmp_path / "train" / "A")
    (tmp_path / "train" / "A" / "a" / "other").symlink_to(tmp_path / "train" / "A" / "b")
    (tmp_path / "train" / "A" / "b" / "other").symlink_to(tmp_path / "train" / "A" / "a")
    assert [clip.name for clip in images_a(tmp_path, "train")] == ["A/a", "A/b"]
