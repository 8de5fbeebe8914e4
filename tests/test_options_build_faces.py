"""Faces of a video through the program: each a clip of its own, and back in the video."""

import av
import numpy as np
import pytest
import torch

import test as program
from data.clips import Clip
from data.heads.sample import write_clip
from data.stream import images
from data.video import decode
from data.video_writer import VideoWriter
from models.teachers.vtoonify.network import VToonify
from options.build_distillation import distillation
from options.build_faces import aligned_faces, portrayed
from options.test_options import TestOptions
from options.train_options import TrainOptions
from tests.runs import distil, translation
from tests.tiny import VTOONIFY_WIDTH

CPU = torch.device("cpu")
SIDE, FRAMES = 192, 4
FACES = ["--dataset_mode", "videofile", "--resize_mode", "none", "--scale_image"]
FACES += ["--eye_distance", "24", "--padding", "40,40,40,40"]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A drawn head, two beside each other, and nobody."""
    folder = tmp_path_factory.mktemp("films")
    write_clip(folder, "val", 0, FRAMES, SIDE)
    head = list(decode(folder / "val" / "head_00.mp4"))
    write(folder / "one.mp4", head)
    write(folder / "two.mp4", [np.hstack([frame, frame[:, ::-1]]) for frame in head])
    write(folder / "none.mp4", [np.full((64, 96, 3), 128, np.uint8)] * FRAMES)
    return folder


def write(path, frames):
    with VideoWriter(path, 25, frames[0].shape[1::-1]) as video:
        for frame in frames:
            video.write(frame)


def found(films, name, *flags):
    (films / "teacher.pth").touch()
    places = ["--dataroot", str(films / f"{name}.mp4"), "--main_G_path", str(films / "teacher.pth")]
    opt = TestOptions().parse([*places, *FACES, *flags])
    return portrayed(opt, [Clip(name, video=films / f"{name}.mp4")])


def test_each_face_is_a_clip_of_the_same_frames_with_a_crop_of_its_own(films):
    (one,), (two,) = found(films, "two"), found(films, "two", "--face", "all")
    assert [clip.name for clip in one.faces] == ["two"]
    assert [clip.name for clip in two.faces] == ["two_face1", "two_face2"]
    assert two.faces[0].crop != two.faces[1].crop and len(aligned_faces([two])) == 2
    assert next(images(two.faces[0])).shape == (SIDE, 2 * SIDE, 3)


def test_a_video_of_nobody_is_an_error_that_names_it(films):
    with pytest.raises(ValueError, match="clip none: no upright face"):
        found(films, "none")
    with pytest.raises(ValueError, match="no face in any of 1 clips"):
        found(films, "none", "--no_face", "pass")


def test_the_program_translates_faces_and_puts_them_back(films, tmp_path):
    first = distil(tmp_path)
    network = VToonify("toonify", VTOONIFY_WIDTH)
    with torch.no_grad():
        style = network.w_plus(torch.randn(18, VTOONIFY_WIDTH))
    torch.save({"g_ema": network.state_dict(), "style": style}, tmp_path / "teacher.pth")
    family = ["--teacher", "vtoonify"]
    built = distillation(TrainOptions().parse([*first, *family, "--lambda_D", "0", "--lambda_D_T", "0"]), CPU)
    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    built.export("latest")
    film = ["--dataroot", str(films / "two.mp4"), "--face", "all", "--paste", "--metrics", "psnr,warp_error,flicker"]
    opt = TestOptions().parse(translation(tmp_path, *family, *FACES, *film))
    assert program.translate(opt) == 0

    folder = tmp_path / "results" / "tiny" / "test_latest"
    whole = list(decode(folder / "two_whole.mp4"))
    assert len(whole) == FRAMES and whole[0].shape == (4 * SIDE, 8 * SIDE, 3)
    (one,) = portrayed(opt, [Clip("two", video=films / "two.mp4")])
    for clip in one.faces:
        with av.open(str(folder / f"{clip.name}.mp4")) as video:
            stream = video.streams.video[0]
            assert stream.width == 3 * 4 * (clip.crop.right - clip.crop.left)
    plain = np.kron(next(decode(films / "two.mp4")), np.ones((4, 4, 1), np.uint8))
    change = np.abs(whole[0].astype(int) - plain).mean(axis=2)
    x, y = (4 * one.video.portraits[0].face.eyes).astype(int)
    assert change[y - 40 : y + 40, x - 40 : x + 40].mean() > 20 > 5 > change[:40, :40].mean()


def test_flags_that_do_not_go_together_are_told_at_once(films, capsys):
    with pytest.raises(SystemExit):
        found(
            films,
            "one",
            "--resize_mode",
            "square",
            "--padding",
            "1,2,3",
            "--style_encoder_path",
            "e",
            "--color_transfer",
        )
    told = capsys.readouterr().err
    for sentence in (
        "--scale_image gives frames their size",
        "--padding must be four",
        "--style_encoder_path has no effect",
    ):
        assert sentence in told
    with pytest.raises(SystemExit):
        found(films, "one", "--no-scale_image", "--face", "all", "--paste")
    told = capsys.readouterr().err
    assert "--face all needs --scale_image" in told and "--paste needs --scale_image" in told
