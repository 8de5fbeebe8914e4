import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image

from data.frames import RandomCrop, UnreadableFrame, read_frame, resize, resize_or_trim, trimmed_size
from tests.conftest import picture

GREY = np.linspace(0, 255, 8 * 6).reshape(6, 8).astype(np.uint8)


def saved(tmp_path, image, name="frame.png", **options):
    image.save(tmp_path / name, **options)
    return tmp_path / name


def test_a_frame_is_read_as_rgb(tmp_path):
    np.testing.assert_array_equal(read_frame(saved(tmp_path, Image.fromarray(picture(3)))), picture(3))


def test_transparency_is_dropped(tmp_path):
    image = np.dstack([picture(3), np.full((16, 32), 77, np.uint8)])
    np.testing.assert_array_equal(read_frame(saved(tmp_path, Image.fromarray(image, "RGBA"))), picture(3))


@pytest.mark.parametrize("pixels", [GREY, GREY.astype(np.uint16) * 257], ids=["8 bits", "16 bits"])
def test_grey_of_8_and_16_bits_becomes_rgb(tmp_path, pixels):
    np.testing.assert_array_equal(read_frame(saved(tmp_path, Image.fromarray(pixels))), np.dstack([GREY] * 3))


def test_a_palette_image_becomes_rgb(tmp_path):
    image = np.zeros((4, 4, 3), np.uint8)
    image[:, 2:] = (250, 10, 60)
    palette = Image.fromarray(image).convert("P", palette=Image.Palette.ADAPTIVE)
    np.testing.assert_array_equal(read_frame(saved(tmp_path, palette)), image)


def test_the_exif_orientation_is_honoured(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned a quarter clockwise
    path = saved(tmp_path, Image.fromarray(picture(3)), "turned.png", exif=exif)
    np.testing.assert_array_equal(read_frame(path), np.rot90(picture(3), -1))


@pytest.mark.parametrize("name", ["frame.png", "frame.jpg", "frame.bmp"])
def test_a_truncated_frame_is_named_and_not_half_read(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnreadableFrame, match=name):
        read_frame(path)


@pytest.mark.parametrize("content", [b"", b"this is no image", b"\x89PNG\r\n\x1a\n" + bytes(64)])
def test_a_file_that_is_no_image_is_named(tmp_path, content):
    (tmp_path / "frame.png").write_bytes(content)
    with pytest.raises(UnreadableFrame, match=r"frame\.png"):
        read_frame(tmp_path / "frame.png")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableFrame, match=r"gone\.png"):
        read_frame(tmp_path / "gone.png")


def test_resize_takes_width_then_height():
    assert resize(picture(1, (32, 16)), (10, 20)).shape == (20, 10, 3)


def test_a_size_of_its_own_is_rounded_down_to_a_multiple_of_8():
    assert trimmed_size((639, 275)) == (632, 272)
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 100 x 3"):
        trimmed_size((100, 3))


def test_a_frame_of_its_own_size_keeps_its_pixels_and_loses_only_the_border():
    image = picture(1, (35, 18))
    np.testing.assert_array_equal(resize_or_trim(image, None), image[1:17, 1:33])
    assert resize_or_trim(image, (50, 20)).shape == (20, 50, 3)


def test_one_window_cuts_the_same_pixels_from_both_frames_of_a_pair():
    crop, rng = RandomCrop((32, 16), (20, 8), flip=True), np.random.default_rng(0)
    for _ in range(8):
        window = crop.draw(rng)
        first, second = crop.apply(picture(1), window), crop.apply(picture(2), window)
        torch.testing.assert_close(first[1:], second[1:])  # the two ramps
        assert first.shape == (3, 8, 20) and first[0, 0, 0] != second[0, 0, 0]


def test_every_window_that_fits_is_drawn():
    crop, rng = RandomCrop((6, 5), (4, 4)), np.random.default_rng(0)
    windows = {crop.draw(rng) for _ in range(100)}
    assert {(w.left, w.top) for w in windows} == {(x, y) for x in range(3) for y in range(2)}
    assert not any(w.mirrored for w in windows)


def test_a_mirrored_window_shows_the_same_pixels_from_right_to_left():
    crop, rng = RandomCrop((32, 16), (32, 16), flip=True), np.random.default_rng(0)
    plain, mirrored = (next(w for w in iter(lambda: crop.draw(rng), None) if w.mirrored is m) for m in (False, True))
    torch.testing.assert_close(crop.apply(picture(1), mirrored), crop.apply(picture(1), plain).flip(-1))


def test_values_are_between_minus_one_and_one():
    crop = RandomCrop((4, 4), (4, 4))
    white = crop.apply(np.full((9, 9, 3), 255, np.uint8), crop.draw(np.random.default_rng(0)))
    assert white.dtype == torch.float32 and bool((white == 1).all())


@pytest.mark.parametrize("fine", [(33, 16), (32, 17), (0, 4)])
def test_a_crop_larger_than_its_frame_is_refused(fine):
    with pytest.raises(ValueError, match="must fit into load size"):
        RandomCrop((32, 16), fine)


def test_a_small_file_that_claims_to_hold_a_huge_picture_is_refused_unread(tmp_path):
    path = saved(tmp_path, Image.fromarray(GREY))
    data = bytearray(path.read_bytes())
    header = struct.pack(">II", 9_440, 9_430) + data[24:29]
    data[16:33] = header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path.write_bytes(data)
    with pytest.raises(UnreadableFrame, match="frame.png: it has 9440 x 9430 pixels, a frame at most 89,000,000"):
        read_frame(path)


def smooth(width, height):
    """A photograph-like image: waves of several lengths, uint8 [H, W, 3]."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = [np.sin(x / a + y / b) + np.sin(x * y / c) for a, b, c in ((9, 31, 9e4), (17, 11, 7e4), (40, 7, 8e4))]
    return (128 + 50 * np.stack(waves, axis=-1)).astype(np.uint8)


def psnr(one, other):
    return 20 * np.log10(255 / np.sqrt(np.mean((one.astype(float) - other) ** 2) + 1e-9))


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("at_least", "read"), [((100, 60), (128, 64)), ((300, 60), (512, 256)), ((60, 30), (64, 32))])
def test_a_jpeg_that_will_be_shrunk_is_read_smaller_and_shows_the_same(tmp_path, at_least, read, turned):
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1  # lies on its side in the file
    path = saved(tmp_path, Image.fromarray(smooth(512, 256)), "frame.jpg", quality=90, exif=exif)
    asked = at_least[::-1] if turned else at_least
    frame = read_frame(path, asked)
    assert frame.shape[1::-1] == (read[::-1] if turned else read)
    assert psnr(resize(frame, asked), resize(read_frame(path), asked)) > 35


def test_a_png_is_read_whole_whatever_it_will_be_shrunk_to(tmp_path):
    path = saved(tmp_path, Image.fromarray(picture(3)))
    np.testing.assert_array_equal(read_frame(path, (4, 2)), picture(3))


@pytest.mark.parametrize("name", ["frame.webp", "frame.tif", "frame.tiff"])
def test_webp_and_tiff_are_read(tmp_path, name):
    path = saved(tmp_path, Image.fromarray(picture(3)), name, **({"lossless": True} if name == "frame.webp" else {}))
    np.testing.assert_array_equal(read_frame(path), picture(3))


@pytest.mark.parametrize("name", ["pages.tif", "moving.webp", "moving.png"])
def test_a_file_of_several_pictures_is_no_frame(tmp_path, name):
    first, second = (Image.fromarray(picture(n)) for n in (3, 4))
    path = saved(tmp_path, first, name, save_all=True, append_images=[second])
    with pytest.raises(UnreadableFrame, match=f"{name}: it holds 2 pictures, a frame is one"):
        read_frame(path)


def test_numbers_without_a_white_are_refused(tmp_path):
    path = saved(tmp_path, Image.fromarray(GREY.astype(np.float32) / 255), "grey.tif")
    with pytest.raises(UnreadableFrame, match="floating-point numbers, and nothing says which is white"):
        read_frame(path)
