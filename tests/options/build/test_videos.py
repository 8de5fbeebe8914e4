import pytest
import torch

from models.evaluation.streams import FEWEST, MOST
from models.shortcut.checkpoint import to_checkpoint
from options.build.test_setup import found_clips, new_test_setup
from options.build.videos import results_dir, time_whole_videos
from options.test_options import TestOptions, chosen_clips
from tests.helpers.runs import save, stripes, teacher_file, translation
from tests.helpers.tiny import block, teacher
from util import checkpoint

CPU = torch.device("cpu")
QUICK, SLOW = 1.0, 1e6  # ms of the teacher on a frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three clips of 35 frames, a teacher and an untrained block of it."""
    folder = tmp_path_factory.mktemp("timing")
    for clip in "abc":
        for number in range(35):
            save(folder / "clips" / clip / f"{number:02d}.png", stripes(number, ord(clip)))
    teacher_file(folder / "teacher.pth")
    state = to_checkpoint(block(), checkpoint.fingerprint(teacher().uncut_weights()), teacher().split)
    (folder / "runs" / "tiny").mkdir(parents=True)
    checkpoint.save(folder / "runs" / "tiny" / "latest_net_ShortcutV2V.pth", state)
    return folder


def setup(folder, *flags):
    """The options and the run of test.py that they make."""
    where = ["--dataset_mode", "frames", "--dataroot", str(folder / "clips")]
    opt = TestOptions().parse(translation(folder, *where, *flags))
    return opt, new_test_setup(opt, *found_clips(opt, chosen_clips(opt)[0]), CPU)


def test_whole_videos_are_streamed_from_all_over_the_run_as_far_as_time_allows(folder):
    assert [time_whole_videos(*setup(folder), ms)["frames"] for ms in (QUICK, SLOW)] == [MOST, FEWEST]
    found = time_whole_videos(*setup(folder, "--max_frames", "4"), QUICK)
    assert found["clips"] == ["a", "b"] and found["frames"] == 8
    assert found["ms"].keys() == {"teacher", "shortcut"}
    assert all(0 < times["median"] <= times["p95"] for times in found["ms"].values())


def test_one_clip_alone_is_streamed(folder):
    assert time_whole_videos(*setup(folder, "--how_many", "1", "--max_frames", "3"), QUICK)["frames"] == 3


def test_every_shortcut_is_streamed_and_a_fixed_interval_beside_an_adaptive_one(folder):
    short = ["--max_frames", "2", "--refresh_threshold", "0.5"]
    both = ["--methods", "teacher,fixed,adaptive"]
    for flags in (["--refresh", "adaptive"], ["--refresh", "adaptive", *both]):
        found = time_whole_videos(*setup(folder, *short, *flags), QUICK)
        assert found["ms"].keys() == {"teacher", "shortcut", "shortcut_fixed"}
    found = time_whole_videos(*setup(folder, *short, *both), QUICK)
    assert found["ms"].keys() == {"teacher", "shortcut", "shortcut_adaptive"}


def test_clips_of_another_size_than_the_first_are_left_out(folder):
    other = folder / "films" / "z"
    for number in range(3):
        save(other.parent / "y" / f"{number}.png", stripes(number, 0))
        save(other / f"{number}.png", stripes(number, 0)[:24])
    flags = ["--resize_mode", "none", "--dataroot", str(other.parent)]
    assert time_whole_videos(*setup(folder, *flags), QUICK)["clips"] == ["y"]


def test_the_state_of_a_stream_is_that_of_a_new_video_afterwards(folder):
    """What is measured before a run does not change what the run shows."""
    opt, made = setup(folder, "--max_frames", "2")
    translator = made.translators.of(made.size)["shortcut"]
    frame = torch.zeros(1, 3, made.size[1], made.size[0])
    translator.reset()
    alone = translator.step(frame).output
    time_whole_videos(opt, made, QUICK)
    translator.reset()
    step = translator.step(frame)
    assert torch.equal(step.output, alone) and step.is_reference


def test_two_runs_never_share_a_results_folder(folder, tmp_path):
    opt, _ = setup(folder)
    with results_dir(opt, tmp_path / "out"):
        assert (tmp_path / "out" / "options.yaml").is_file()
        with pytest.raises(BlockingIOError, match="another run writes to .*out: wait for it, or give another --name"):
            with results_dir(opt, tmp_path / "out"):
                pass
    with results_dir(opt, tmp_path / "out"):
        pass
