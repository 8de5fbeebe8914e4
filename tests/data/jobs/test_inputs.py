"""What a word of the command line names, and what is said about a word that names nothing."""

from fractions import Fraction

import pytest

from data.jobs.inputs import Reading, find_inputs, frames_of
from tests.helpers.sound_films import film


def find(word, how=None):
    return find_inputs(str(word), str, how or Reading())


def names(inputs):
    return [one.name for one in inputs]


def test_a_video_and_a_picture_are_one_input_each(tmp_path, write_frames):
    [picture] = write_frames(tmp_path, ["one.png"])
    [movie], [still] = find(film(tmp_path / "a.b.mp4")), find(picture)
    assert (movie.name, movie.is_picture, still.name, still.is_picture) == ("a.b", False, "one", True)
    assert movie.open().size == (64, 48) and still.open().size == (32, 16)
    assert frames_of(movie, None) == 12 and frames_of(movie, 5) == 5 and frames_of(still, None) == 1


def test_a_folder_of_pictures_is_a_film_in_natural_order(tmp_path, write_frames):
    write_frames(tmp_path / "drive", ["f10.png", "f9.png", "f1.png"])
    [one] = find(tmp_path / "drive", Reading(fps=Fraction(5)))
    frames = list(one.open().frames())
    assert one.name == "drive" and [frame.time for frame in frames] == [0, Fraction(1, 5), Fraction(2, 5)]
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [20, 10, 0]


def test_a_folder_of_videos_and_a_folder_of_folders_are_several(tmp_path, write_frames):
    for name in ("b2.mp4", "b10.mp4"):
        film(tmp_path / name)
    assert names(find(tmp_path)) == ["b2", "b10"]
    for name in ("x", "y"):
        write_frames(tmp_path / "clips" / name, ["1.png"])
    assert names(find(tmp_path / "clips")) == ["x", "y"]


def test_a_folder_that_can_be_meant_in_two_ways_is_refused_with_both(tmp_path, write_frames):
    write_frames(tmp_path, ["1.png", "2.png"])
    film(tmp_path / "a.mp4")
    with pytest.raises(ValueError, match=r"1 videos and 2 pictures: give .*\*\.mp4 for the videos, or .*\*\.png"):
        find(tmp_path)


def test_patterns(tmp_path, write_frames):
    write_frames(tmp_path, ["shot_001.png", "shot_002.png", "shot_x.png", "other_001.png"])
    [one] = find(tmp_path / "shot_%03d.png")
    assert one.name == "shot" and len(one.files) == 2
    assert names(find(tmp_path / "shot_0*.png")) == ["shot_001", "shot_002"]
    for pattern in ("none_%d.png", "none*.png"):
        with pytest.raises(FileNotFoundError, match="none"):
            find(tmp_path / pattern)


def test_cameras_and_addresses_and_standard_input_have_no_files():
    for word, name in (("0", "camera0"), ("rtsp://cam.local/live.sdp?x=1", "live"), ("http://h/", "h"), ("-", "stdin")):
        [one] = find(word)
        assert (one.name, one.files) == (name, ()) and frames_of(one, None) is None and frames_of(one, 7) == 7


def test_a_file_that_is_called_like_a_camera_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "x.mp4").rename(tmp_path / "7")
    assert find("7")[0].files and find("7")[0].open().size == (64, 48)
    film(tmp_path / "cam:1.mp4")
    assert find("cam:1.mp4")[0].open().size == (64, 48)


def test_a_camera_that_is_absent_and_a_word_that_is_nothing_are_told(tmp_path):
    with pytest.raises(ValueError, match="camera 97 is not there"):
        find("97")[0].open()
    with pytest.raises(FileNotFoundError, match="nowhere.mp4: no such file or folder, and no camera"):
        find(tmp_path / "nowhere.mp4")
    with pytest.raises(FileNotFoundError, match="holds no video, no picture"):
        find(tmp_path)


def test_an_unreadable_file_counts_as_no_frames_until_its_turn(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"no video")
    [one] = find(tmp_path / "a.mp4")
    assert frames_of(one, None) == 0
    with pytest.raises(ValueError, match="a.mp4 is not a video"):
        one.open()
