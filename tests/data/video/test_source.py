from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import av
import pytest
from av.stream import Disposition

from data.video import Video, VideoFrames, decode
from tests.helpers.films import RED, encode, flat, greys


def film_and(path, codec, size, images=1, disposition=None, first=False):
    """A film of greys beside another video stream, which is red and may come first."""
    with av.open(str(path), "w") as file:

        def add(name, shape):
            stream = file.add_stream(name, rate=25)
            (stream.width, stream.height), stream.pix_fmt = shape, "yuvj420p" if name == "mjpeg" else "yuv420p"
            return stream

        other = add(codec, size) if first else None
        film = add("libx264", (64, 32))
        other = other or add(codec, size)
        if disposition:
            other.disposition = disposition
        for stream, pictures in ((other, [flat(RED, size)] * images), (film, greys(6))):
            for number, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts = number
                file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
    return path


def is_film(path):
    """Whether the greys are read, from the start and by number."""
    frames = VideoFrames(path)
    images = [*decode(path), *map(frames.read, range(len(frames)))]
    return [round(image.mean() / 10) for image in images] == [*range(6), *range(6)]


@pytest.mark.parametrize("first", [True, False], ids=["cover first", "film first"])
def test_a_cover_picture_is_no_film(tmp_path, first):
    path = film_and(tmp_path / "a.mp4", "mjpeg", (256, 256), disposition=Disposition.attached_pic.value, first=first)
    assert is_film(path) and Video(path).notes == (f"{path}: its cover picture is ignored",)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
@pytest.mark.parametrize("images", [1, 6])
def test_a_preview_is_no_film_though_it_is_larger_and_first(tmp_path, suffix, images):
    path = film_and(tmp_path / f"a.{suffix}", "mjpeg", (256, 256), images, first=True)
    assert is_film(path) and Video(path).notes == (f"{path}: it has 2 video streams, and only stream 1 is read",)


def test_of_two_films_the_default_one_is_read(tmp_path):
    path = film_and(tmp_path / "a.mp4", "libx264", (128, 128), 6)  # in MP4, the first is the default
    assert is_film(path) and Video(path).notes == (f"{path}: it has 2 video streams, and only stream 0 is read",)


def test_a_song_with_a_cover_is_no_video(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        sound, cover = file.add_stream("aac", rate=44100), file.add_stream("mjpeg", rate=25)
        (cover.width, cover.height), cover.pix_fmt = (32, 32), "yuvj420p"
        cover.disposition = Disposition.attached_pic.value
        file.mux(cover.encode(av.VideoFrame.from_ndarray(flat(RED, (32, 32)), format="rgb24")))
        file.mux(sound.encode(None))
    with pytest.raises(ValueError, match=r"a\.mp4 holds no video stream, only a cover picture"):
        Video(path)


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    encode(tmp_path / "cam:1.mp4", greys(2))
    for place in (Path("cam:1.mp4"), "cam:1.mp4"):
        assert len(list(Video(place).frames())) == 2


def test_a_path_without_a_file_and_an_address_without_a_stream_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no video file .*gone\.mp4"):
        Video(tmp_path / "gone.mp4")
    with pytest.raises(ValueError, match="^nowhere://x is not a video that can be read: Protocol not found$"):
        Video("nowhere://x")


@pytest.mark.parametrize(
    "text", ["ffconcat version 1.0\nfile secret.mp4\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp4\n"]
)
def test_a_file_that_lists_other_files_is_refused(tmp_path, text):
    encode(tmp_path / "secret.mp4", greys(2))
    (tmp_path / "film.mp4").write_text(text)
    with pytest.raises(ValueError, match=r"film\.mp4 is not a video that can be read: it is a list of other files"):
        Video(tmp_path / "film.mp4")


def test_an_address_may_be_a_list_of_a_films_parts(tmp_path):
    encode(tmp_path / "part.ts", greys(4))
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\npart.ts\n#EXT-X-ENDLIST\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        frames = list(Video(f"http://127.0.0.1:{server.server_port}/list.m3u8").frames())
    finally:
        server.shutdown()
    assert len(frames) == 4
