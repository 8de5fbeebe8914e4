import numpy as np
import pytest

from data.clips import Clip
from data.faces.clips import aligned_faces, cut_faces, first_aligned_face, write_whole_frames
from data.faces.detectors import Mtcnn
from data.samples.heads.dataset import write_clip
from data.stream import uncropped_images
from data.video import Video, decode
from data.video.writer import VideoWriter
from tests.helpers.films import encode, with_sound

SIDE, FRAMES = 192, 2
TRACKING = {"eye_distance_px": 24, "padding": (40, 40, 40, 40), "scale": True}


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Name -> a clip: of a drawn head, of two beside each other, and of nobody."""
    folder = tmp_path_factory.mktemp("films")
    write_clip(folder, "val", 0, FRAMES, SIDE)
    head = list(decode(folder / "val" / "head_00.mp4"))
    frames = {"one": head, "two": [np.hstack([frame, frame[:, ::-1]]) for frame in head]}
    frames["none"] = [np.full((64, 96, 3), 128, np.uint8)] * FRAMES
    for name, pictures in frames.items():
        with VideoWriter(folder / f"{name}.mp4", 25, pictures[0].shape[1::-1]) as video:
            for picture in pictures:
                video.write(picture)
    return {name: Clip(name, video=folder / f"{name}.mp4") for name in frames}


def test_each_face_is_a_clip_of_the_same_frames_with_a_crop_of_its_own(films):
    one, two = (cut_faces(films["two"], Mtcnn(), which=which, **TRACKING) for which in ("largest", "all"))
    assert [clip.name for clip in one.faces] == ["two"]
    assert [clip.name for clip in two.faces] == ["two_face1", "two_face2"]
    assert two.faces[0].crop != two.faces[1].crop and len(aligned_faces([one, two])) == 3
    assert next(uncropped_images(two.faces[0])).shape == (SIDE, 2 * SIDE, 3)


def test_a_clip_of_nobody_is_an_error_that_names_it_or_is_passed(films):
    with pytest.raises(ValueError, match="clip none: no upright face"):
        cut_faces(films["none"], Mtcnn(), no_face="error", **TRACKING)
    assert cut_faces(films["none"], Mtcnn(), no_face="pass", **TRACKING).faces == ()


def test_the_first_face_is_that_of_the_first_clip_with_one(films):
    assert first_aligned_face([films["none"], films["one"]], Mtcnn()).shape == (256, 256, 3)
    assert first_aligned_face([films["none"]], Mtcnn()) is None


def test_a_clip_of_nobody_is_written_as_it_is_whatever_the_factor(films, tmp_path):
    found = [cut_faces(films["none"], Mtcnn(), no_face="pass", **TRACKING)]
    write_whole_frames(found, tmp_path, fps=15, limit=1, factor=4)
    (frame,) = decode(tmp_path / "none_whole.mp4")
    assert frame.shape == (64, 96, 3) and abs(frame.astype(int) - 128).max() < 4


def test_whole_frames_keep_their_times_and_what_a_video_loses_is_told(tmp_path):
    film = encode(tmp_path / "silent.mp4", [np.full((64, 96, 3), 128, np.uint8)] * 3, times=[0, 1, 100], last=25)
    found = [cut_faces(Clip("film", video=with_sound(film, tmp_path / "a.mp4")), Mtcnn(), no_face="pass", **TRACKING)]
    told = []
    write_whole_frames(found, tmp_path, fps=15, tell=told.append)
    frames = list(Video(tmp_path / "film_whole.mp4").frames())
    assert [float(frame.time) for frame in frames] == [0, 0.04, 4] and frames[-1].duration == 1
    assert told == [f"{tmp_path / 'a.mp4'}: its sound is not copied; scripts/translate.sh keeps it"]
