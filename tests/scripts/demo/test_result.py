"""The figures as the page words them."""

from pathlib import Path

from scripts.demo.comparison import Comparison
from scripts.demo.result import shown, tiles

FOUND = Comparison([0, 1, 2, 0], [100, 40, 30, 100], [50, 20, 20, 50], [50, 50, 50, 50], 2, 4, 1.6)


def test_the_tiles_tell_speed_saving_quality_and_references():
    assert tiles(FOUND) == [
        ("28.6 fps", "Shortcut; the teacher 20.0 fps"),
        ("38%", "of MACs saved, 1.60× fewer"),
        ("35.0 dB", "PSNR against the teacher, skipped frames"),
        ("50%", "reference frames, 2 of 4"),
    ]


def test_without_a_skipped_frame_there_is_no_quality():
    assert ("–", "PSNR against the teacher, skipped frames") in tiles(Comparison([0], [100], [5], [5], 1, 1, 0.99))


def test_the_player_gets_the_address_and_every_frame():
    value = shown(FOUND, 25, Path("/films/a b/c.mp4"))
    assert value["video"] == "gradio_api/file=/films/a%20b/c.mp4" and value["fps"] == 25
    assert value["distance"] == [0, 1, 2, 0] and value["psnr"] == [100, 40, 30, 100]
