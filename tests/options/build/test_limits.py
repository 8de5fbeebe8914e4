import pytest
import torch

from examples.generators import UNet
from models.teachers.any_generator import teacher_of
from options.build.limits import LONGEST_SIDE, check_memory, check_results, check_sizes
from options.build.test_setup import found_clips
from options.test_options import TestOptions, chosen_clips
from tests.helpers.generators import made
from tests.helpers.runs import save, stripes
from tests.helpers.tiny import teacher

CPU = torch.device("cpu")


@pytest.fixture
def parse(tmp_path):
    """Options and clips of test.py: a and b are 48 x 32 pixels, c is 24 x 16."""
    (tmp_path / "teacher.pth").touch()
    for clip in "abc":
        save(tmp_path / "clips" / clip / "1.png", stripes(0, 0)[:: 2 if clip == "c" else 1, :: 2 if clip == "c" else 1])
    places = ["--dataset_mode", "frames", "--dataroot", tmp_path / "clips", "--main_G_path", tmp_path / "teacher.pth"]

    def parsed(*flags):
        opt = TestOptions().parse([str(word) for word in [*places, *flags]])
        return opt, chosen_clips(opt)[0]

    return parsed


def test_the_shortest_side_of_all_pictures_is_told(parse):
    assert check_sizes(*parse("--resize_mode", "none"), [], teacher(), CPU) == 16
    assert check_sizes(*parse("--fineSizeW", "64", "--fineSizeH", "40"), [], teacher(), CPU) == 40


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ([], "clip a: 3 panels of 5760 x 16 px make a video of 17280 x 16, and H.264 takes at most 16384 px a side"),
        (["--no-compare", "--fineSizeW", "8200"], "2 panels of 8200 x 16 px make a video of 16400 x 16"),
        (["--fineSizeW", "16", "--fineSizeH", "16400"], r"48 x 16400, .*\(16400 > 16384\)"),
    ],
)
def test_a_video_wider_or_higher_than_the_encoder_takes_is_refused(parse, flags, told):
    opt, clips = parse("--fineSizeW", "5760", "--fineSizeH", "16", *flags)
    with pytest.raises(ValueError, match=told):
        check_sizes(opt, clips, [], teacher(), CPU)


def test_the_largest_video_is_taken(parse):
    opt, clips = parse("--fineSizeW", str(LONGEST_SIDE // 2), "--fineSizeH", "16", "--no-compare")
    assert check_sizes(opt, clips, [], teacher(), CPU) == 16


def test_frames_that_no_memory_holds_are_refused_with_both_numbers():
    told = (
        r"frames of 4000000 x 4000000 px need at least \d+\.\d GB in one layer of the teacher, and \d+\.\d GB are free"
    )
    with pytest.raises(ValueError, match=told):
        check_memory(teacher(), (4_000_000, 4_000_000), CPU)
    check_memory(teacher(), (64, 64), CPU)


def test_names_that_meet_are_refused_before_faces_are_looked_for(parse, tmp_path):
    save(tmp_path / "clips" / "a_whole" / "1.png", stripes(0, 0))
    crops = ["--scale_image", "--resize_mode", "none"]
    opt, clips = parse(*crops, "--paste")
    with pytest.raises(ValueError, match="clips a and a_whole would both write a_whole.mp4"):
        found_clips(opt, clips)
    check_results(*parse(*crops))


def test_memory_is_measured_on_a_frame_that_a_unet_takes():
    unet = teacher_of(made(lambda: UNet(4, 7)), cut="down_3_0:cat_3")  # sides are multiples of 128
    check_memory(unet, (256, 128), CPU)
    with pytest.raises(ValueError, match="one layer of the teacher"):
        check_memory(unet, (4_000_000, 4_000_000), CPU)
