"""Sound, subtitles, chapters and metadata arrive unchanged, and what a container cannot hold is named."""

from fractions import Fraction

import av
import pytest

from data.jobs.codecs import CODECS
from data.jobs.movie import MovieWriter
from data.jobs.tracks import Tracks
from data.video import Video
from tests.helpers.sound_films import film, sound


def copy(source, target, limit=None):
    """The frames of `source`, written to `target` with its other tracks; returns what is said about them."""
    video, notes = Video(source), []
    with Tracks(source, video.description.start, notes, cut=limit is not None) as tracks:
        with MovieWriter(target, CODECS["h264"], video.size, video.rate, tracks) as movie:
            for number, frame in enumerate(video.frames()):
                if limit is None or number < limit:
                    movie.write(frame)
    return notes


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_sound_and_metadata_are_copied(suffix, tmp_path):
    source, target = film(tmp_path / "a.mp4", chapters=True), tmp_path / f"b.{suffix}"
    assert copy(source, target) == []
    before, after = sound(source), sound(target)
    assert [data for _, data in before] == [data for _, data in after]
    fineness = 0.002 if suffix == "mkv" else 1e-6  # Matroska counts milliseconds
    assert [time for time, _ in after] == pytest.approx([time for time, _ in before], abs=fineness)
    with av.open(str(target)) as made:
        said = {key.lower(): value for key, value in made.metadata.items()}
        assert said["title"] == "a title" and said["creation_time"] == "2021-02-03T04:05:06.000000Z"
        assert [chapter["metadata"]["title"] for chapter in made.chapters()] == ["first"]
        assert made.streams.audio[0].metadata["language"] == "fra"


def test_sound_stays_with_the_pictures_of_a_film_that_starts_late(tmp_path):
    """The first frame comes 0.4 s after the sound; it becomes time 0 for both."""
    source = film(tmp_path / "a.mkv", start=10)
    assert Video(source).description.start == Fraction(2, 5)
    copy(source, tmp_path / "b.mkv")
    before, after = sound(source), sound(tmp_path / "b.mkv")
    assert [data for _, data in before] == [data for _, data in after]
    assert before[0][0] < -0.3 and after[0][0] == pytest.approx(before[0][0], abs=0.003)


def test_of_a_film_that_is_cut_the_sound_is_cut_too(tmp_path):
    source = film(tmp_path / "a.mp4", times=range(50))
    copy(source, tmp_path / "b.mp4", limit=10)
    times = [time for time, _ in sound(tmp_path / "b.mp4")]
    assert 0.36 < max(times) < 0.4


def test_what_the_container_cannot_hold_is_named(tmp_path):
    subtitles = tmp_path / "a.srt"
    subtitles.write_text("1\n00:00:00,000 --> 00:00:00,300\nhello\n\n")
    source = tmp_path / "a.mkv"
    with av.open(str(film(tmp_path / "plain.mp4"))) as plain, av.open(str(subtitles)) as words:
        with av.open(str(source), "w") as output:
            parts = [(stream, output.add_stream_from_template(stream)) for stream in (*plain.streams, *words.streams)]
            for origin, copied in parts:
                for packet in (plain if origin in plain.streams else words).demux(origin):
                    if packet.dts is not None:
                        packet.stream = copied
                        output.mux(packet)
                if origin in plain.streams:
                    plain.seek(0)
    notes = copy(source, tmp_path / "b.mp4")
    assert notes == ["subtitle track 2 (subrip) is not copied: mp4 cannot hold it"]
    assert copy(source, tmp_path / "b.mkv") == []
    with av.open(str(tmp_path / "b.mkv")) as made:
        assert [stream.type for stream in made.streams] == ["video", "audio", "subtitle"]
