import pytest

from data.video import Video, VideoFrames
from tests.helpers.films import encode, greys, with_hidden_frames, without_start

GOP = {"g": "8", "bf": "2"}


def numbers(images):
    return [round(image.mean() / 10) for image in images]


def agreed_numbers(path):
    """The grey levels of all frames, read from the start and by their numbers."""
    in_order, frames = numbers(frame.image for frame in Video(path).frames()), VideoFrames(path)
    assert numbers(frames.read(number) for number in range(len(frames))) == in_order
    return in_order


@pytest.mark.parametrize(
    ("codec", "suffix", "options"),
    [
        ("libx264", "ts", GOP),
        ("libx264", "mkv", GOP),
        ("libx264", "mp4", GOP),
        ("libvpx", "webm", {"g": "8", "lag-in-frames": "0"}),
        ("libvpx-vp9", "webm", {"g": "8", "lag-in-frames": "0"}),
    ],
)
def test_a_film_without_its_first_key_frame_starts_with_its_next(tmp_path, codec, suffix, options):
    whole = encode(tmp_path / f"a.{'webm' if 'vpx' in codec else 'mp4'}", greys(24), codec=codec, options=options)
    path = without_start(tmp_path / f"b.{suffix}", whole, packets=3)
    assert agreed_numbers(path) == list(range(8, 24))
    assert Video(path).notes == (f"{path}: it does not start with a key frame, and its first 5 frames cannot be shown",)
    assert next(Video(path).frames()).time == 0


def test_hidden_frames_do_not_count(tmp_path):
    whole = encode(tmp_path / "a.webm", greys(16), codec="libvpx", options={"lag-in-frames": "0"})
    path = with_hidden_frames(tmp_path / "b.webm", whole, hidden=(3, 4, 9))
    assert agreed_numbers(path) == [0, 1, 2, 5, 6, 7, 8, *range(10, 16)]


def test_what_an_edit_list_cuts_off_is_not_shown(tmp_path):
    times = range(-3, 9)
    path = encode(tmp_path / "a.mp4", greys(12), times=times, options=GOP)  # it starts before 0, in a group of pictures
    assert agreed_numbers(path) == list(range(3, 12)) and not Video(path).notes
