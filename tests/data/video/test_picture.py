from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorTrc

from data.video import Video, VideoFrames
from data.video.screen import new_graph
from tests.helpers.films import BLUE, GREEN, RED, WHITE, corners, encode, flat, middle, set_display_matrix

ORIENTATIONS = {  # display matrix -> the quarters of the picture in reading order
    (1, 0, 0, 1): (RED, GREEN, BLUE, WHITE),
    (-1, 0, 0, 1): (GREEN, RED, WHITE, BLUE),
    (1, 0, 0, -1): (BLUE, WHITE, RED, GREEN),
    (-1, 0, 0, -1): (WHITE, BLUE, GREEN, RED),
    (0, 1, -1, 0): (BLUE, RED, WHITE, GREEN),  # a phone held upright
    (0, -1, 1, 0): (GREEN, WHITE, RED, BLUE),
    (0, 1, 1, 0): (RED, BLUE, GREEN, WHITE),
    (0, -1, -1, 0): (WHITE, GREEN, BLUE, RED),
}


def first(path):
    return next(Video(path).frames()).image


def quarters(image):
    height, width = image.shape[:2]
    return [image[y, x] for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]


@pytest.mark.parametrize("matrix", ORIENTATIONS, ids=str)
def test_a_film_is_turned_and_mirrored_as_its_header_says(tmp_path, matrix):
    path = set_display_matrix(encode(tmp_path / "a.mp4", [corners()] * 2), matrix)
    image, is_turned = first(path), matrix[0] == 0
    assert Video(path).size == image.shape[1::-1] == ((32, 64) if is_turned else (64, 32))
    np.testing.assert_allclose(quarters(image), ORIENTATIONS[matrix], atol=8)
    np.testing.assert_array_equal(VideoFrames(path).read(0), image)


def test_an_angle_in_between_is_rounded_to_a_quarter_turn(tmp_path):
    path = set_display_matrix(encode(tmp_path / "a.mp4", [corners()] * 2), (0.1, 0.99, -0.99, 0.1))
    np.testing.assert_allclose(quarters(first(path)), ORIENTATIONS[0, 1, -1, 0], atol=8)


@pytest.mark.parametrize(("ratio", "size"), [((16, 11), (93, 32)), ((8, 9), (57, 32)), ((1, 1), (64, 32))])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_pixels_become_square_and_the_height_stays(tmp_path, ratio, size, suffix):
    path = encode(tmp_path / f"a.{suffix}", [corners()] * 2, sar=Fraction(*ratio))
    video, image = Video(path), first(path)
    assert video.size == image.shape[1::-1] == size
    assert bool(video.notes) == (ratio != (1, 1)) and all("not square" in note for note in video.notes)
    np.testing.assert_allclose(quarters(image), [RED, GREEN, BLUE, WHITE], atol=8)


def test_pixels_are_made_square_before_a_film_is_turned(tmp_path):
    path = set_display_matrix(encode(tmp_path / "a.mp4", [corners()] * 2, sar=Fraction(2)), (0, 1, -1, 0))
    assert Video(path).size == first(path).shape[1::-1] == (32, 128)


ORANGE = (200, 60, 40)


def coded(size, matrix, colour_range, tag_matrix, tag_range, colour=ORANGE):
    """A frame in 4:2:0 with the colour matrix and range, tagged differently."""
    rgb = av.VideoFrame.from_ndarray(flat(colour, size), format="rgb24")
    rgb.pts, rgb.time_base = 0, Fraction(1, 25)
    scale = {
        "out_color_matrix": {1: "bt709", 5: "bt601", 9: "bt2020"}[matrix],
        "out_range": "full" if colour_range == 2 else "limited",
    }
    graph = new_graph(rgb, [("scale", scale), ("format", {"pix_fmts": "yuv420p"})])
    graph.push(rgb)
    frame = graph.pull()
    frame.colorspace, frame.color_range = tag_matrix, tag_range
    return frame


@pytest.mark.parametrize("turned", [False, True], ids=["plain", "filtered"])
@pytest.mark.parametrize(
    ("size", "matrix", "colour_range", "tag_matrix", "tag_range"),
    [
        ((720, 576), 5, 1, 2, 0),  # untagged SD is BT.601
        ((1280, 64), 1, 1, 2, 0),  # untagged HD is BT.709, as wide as this
        ((320, 720), 1, 1, 2, 0),  # or as high as this
        ((1280, 64), 5, 1, 6, 1),  # tags win
        ((64, 32), 1, 1, 1, 1),
        ((64, 32), 1, 2, 1, 2),  # full range
        ((1280, 64), 1, 2, 2, 2),
        ((64, 32), 9, 1, 9, 1),
    ],
)
def test_colours_are_those_of_the_matrix_and_the_range(
    tmp_path, size, matrix, colour_range, tag_matrix, tag_range, turned
):
    frames = [coded(size, matrix, colour_range, tag_matrix, tag_range) for _ in range(2)]
    tags = {"colorspace": tag_matrix, "color_range": tag_range}
    path = encode(tmp_path / "a.mp4", frames, tags=tags, options={"crf": "1"})
    if turned:
        set_display_matrix(path, (0, 1, -1, 0))
    np.testing.assert_allclose(middle(first(path)), ORANGE, atol=4)
    assert not Video(path).notes


def test_a_matrix_that_is_not_supported_is_told(tmp_path):
    frames = [coded((64, 32), 5, 1, 8, 1) for _ in range(2)]
    video = Video(encode(tmp_path / "a.mp4", frames, tags={"colorspace": 8, "color_range": 1}))
    assert video.notes == (f"{tmp_path / 'a.mp4'}: its colour matrix 8 is not supported, and smpte170m is assumed",)


def hdr(path, transfer, signal, count=2):
    """A grey HDR film in BT.2020, 10 bits, of this signal in [0, 1]."""
    frames = []
    for _ in range(count):
        frame = av.VideoFrame(64, 32, "yuv420p10le")
        for plane, value in zip(frame.planes, (round(64 + 876 * signal), 512, 512), strict=True):
            plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
        frames.append(frame)
    tags = {"colorspace": 9, "color_primaries": ColorPrimaries.BT2020, "color_trc": transfer, "color_range": 1}
    return encode(path, frames, pix_fmt="yuv420p10le", tags=tags, options={"crf": "1"})


@pytest.mark.parametrize(
    ("name", "transfer", "signal", "lowest", "highest"),
    [
        ("HLG", ColorTrc.ARIB_STD_B67, 0, 0, 1),
        ("HLG", ColorTrc.ARIB_STD_B67, 0.75, 215, 245),  # white paper
        ("HLG", ColorTrc.ARIB_STD_B67, 1, 250, 255),
        ("PQ", ColorTrc.SMPTE2084, 0, 0, 1),
        ("PQ", ColorTrc.SMPTE2084, 0.44, 130, 150),  # 50 nits, a quarter of white
        ("PQ", ColorTrc.SMPTE2084, 0.58, 215, 245),
        ("PQ", ColorTrc.SMPTE2084, 0.75, 250, 255),
    ],
)
def test_hdr_is_tone_mapped(tmp_path, name, transfer, signal, lowest, highest):
    path = hdr(tmp_path / "a.mp4", transfer, signal)
    grey = middle(first(path))
    assert lowest <= grey.min() and grey.max() <= highest and np.ptp(grey) <= 1
    assert Video(path).notes == (f"{path}: it is HDR ({name}), and its colours are tone-mapped to SDR",)
    np.testing.assert_array_equal(VideoFrames(path).read(1), first(path))


def test_wide_colours_are_converted(tmp_path):
    frames = [coded((64, 32), 9, 1, 9, 1, colour=(180, 120, 100)) for _ in range(2)]
    tags = {"colorspace": 9, "color_primaries": ColorPrimaries.BT2020, "color_trc": ColorTrc.BT709, "color_range": 1}
    path = encode(tmp_path / "a.mp4", frames, tags=tags, options={"crf": "1"})
    np.testing.assert_allclose(middle(first(path)), (210, 110, 96), atol=4)  # by the matrix of ITU-R BT.2087
    assert "wide colours (bt2020)" in Video(path).notes[0]


@pytest.mark.parametrize(("codec", "pix_fmt", "suffix"), [("qtrle", "argb", "mov"), ("ffv1", "yuva444p", "mkv")])
def test_what_is_transparent_is_black(tmp_path, codec, pix_fmt, suffix):
    image = np.dstack([flat(ORANGE), np.full((32, 64), 255, np.uint8)])
    opaque, half = image.copy(), image.copy()
    half[:, :32, 3] = 0
    for name, rgba, notes in (("opaque", opaque, 0), ("half", half, 1)):
        frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=pix_fmt)
        path = encode(tmp_path / f"{name}.{suffix}", [frame], codec=codec, pix_fmt=pix_fmt)
        assert len(Video(path).notes) == notes
    left, right = first(path)[16, 8], first(path)[16, 56]
    assert left.max() == 0 and np.abs(right - np.array(ORANGE)).max() <= 3


def test_the_alpha_that_a_decoder_does_not_read_is_told(tmp_path):
    image = np.dstack([flat(ORANGE), np.full((32, 64), 255, np.uint8)])
    frame = av.VideoFrame.from_ndarray(image, format="rgba").reformat(format="yuva420p")
    path = encode(tmp_path / "a.webm", [frame], codec="libvpx-vp9", pix_fmt="yuva420p")
    assert Video(path).notes == (f"{path}: its transparency is not read",)
