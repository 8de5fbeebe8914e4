"""Faces of a video through the program: each a clip of its own, and back in the video."""

import json

import av
import numpy as np
import pytest
import torch

import test as program
from data.clips import Clip
from data.faces.clips import aligned_faces
from data.samples.heads.dataset import write_clip
from data.stream import uncropped_images
from data.video import decode
from data.video.writer import VideoWriter
from models.teachers.vtoonify.face_parsing import BiSeNet
from models.teachers.vtoonify.network import VToonify
from options.build.faces import face_part_maps, find_faces, first_face
from options.build.tasks.shortcut_v2v import new_task
from options.test_options import TestOptions
from options.train_options import TrainOptions
from tests.helpers.runs import distil, translation
from tests.helpers.tiny import VTOONIFY_WIDTH
from util import checkpoint

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
    return find_faces(opt, [Clip(name, video=films / f"{name}.mp4")])


def test_each_face_is_a_clip_of_the_same_frames_with_a_crop_of_its_own(films):
    (one,), (two,) = found(films, "two"), found(films, "two", "--face", "all")
    assert [clip.name for clip in one.faces] == ["two"]
    assert [clip.name for clip in two.faces] == ["two_face1", "two_face2"]
    assert two.faces[0].crop != two.faces[1].crop and len(aligned_faces([two])) == 2
    assert next(uncropped_images(two.faces[0])).shape == (SIDE, 2 * SIDE, 3)


def test_a_video_of_nobody_is_an_error_that_names_it(films):
    with pytest.raises(ValueError, match="clip none: no upright face"):
        found(films, "none")
    with pytest.raises(ValueError, match="no face in any of 1 clips: nothing to translate; --paste writes them"):
        found(films, "none", "--no_face", "pass")


def test_a_video_of_nobody_is_passed_on_as_it_is(films, tmp_path, capsys):
    (tmp_path / "teacher.pth").touch()
    flags = ["--dataroot", str(films / "none.mp4"), "--no_face", "pass", "--paste"]
    opt = TestOptions().parse(translation(tmp_path, "--teacher", "vtoonify", *FACES, *flags))
    assert program.translate(opt) == 0
    assert "no face in any of 1 clips: written as they are" in capsys.readouterr().out
    folder = tmp_path / "results" / "tiny" / "test_latest"
    written = list(decode(folder / "none_whole.mp4"))
    assert len(written) == FRAMES and written[0].shape == (64, 96, 3) and (folder / "options.yaml").is_file()


def test_a_video_of_nobody_beside_others_is_written_as_it_is(films, tmp_path):
    (tmp_path / "films").mkdir()
    for name in ("none", "one"):
        (tmp_path / "films" / f"{name}.mp4").symlink_to(films / f"{name}.mp4")
    flags = ["--dataroot", str(tmp_path / "films"), "--no_face", "pass", "--paste", "--max_frames", "2", "--no-compare"]
    assert program.translate(tiny_run(tmp_path, *FACES, *flags)) == 0
    folder = tmp_path / "results" / "tiny" / "test_latest"
    assert next(decode(folder / "none_whole.mp4")).shape == (64, 96, 3)
    assert next(decode(folder / "one_whole.mp4")).shape == (4 * SIDE, 4 * SIDE, 3)


def test_the_first_face_of_a_training_tells_its_style(films):
    (films / "teacher.pth").touch()
    flags = ["--dataroot", str(films), "--main_G_path", str(films / "teacher.pth")]
    clips = [Clip(name, video=films / f"{name}.mp4") for name in ("none", "one")]
    opt = TestOptions().parse([*flags, "--teacher", "vtoonify", "--style_encoder_path", "encoder.pt"])
    assert first_face(opt, clips).shape == (1, 3, 256, 256)
    with pytest.raises(ValueError, match="there is none in 1 clips"):
        first_face(opt, clips[:1])
    assert first_face(TestOptions().parse(flags), clips) is None


def test_maps_of_face_parts_go_to_their_clips(films, tmp_path):
    (films / "teacher.pth").touch()
    sizes = ["--resize_mode", "none", "--teacher", "vtoonify", "--main_G_path", str(films / "teacher.pth")]
    clips = [Clip(name, video=films / f"{name}.mp4") for name in ("one", "none")]
    maps = np.random.default_rng(0).normal(size=(FRAMES, 19, SIDE, SIDE)).astype(np.float32)
    np.save(tmp_path / "one.npy", maps)
    np.save(tmp_path / "none.npy", maps[:, :, :64, :96])

    def beside(path, of):
        opt = TestOptions().parse(["--dataroot", str(films), "--parsing_map_path", str(path), *sizes])
        return face_part_maps(opt, of)

    given = beside(tmp_path, clips)(clips[1])(2)
    np.testing.assert_allclose(given.numpy()[0], maps[2, :, :64, :96] / 16, rtol=1e-6)
    assert beside(tmp_path / "one.npy", clips[:1])(clips[0])(0).shape == (1, 19, SIDE, SIDE)
    with pytest.raises(ValueError, match=r"is one file, but there are 2 clips: give a folder of one\.npy, none\.npy"):
        beside(tmp_path / "one.npy", clips)
    with pytest.raises(ValueError, match=r"must hold floating-point numbers \[N, 19, 64, 96\]"):
        beside(tmp_path / "one.npy", clips[1:])


def test_maps_of_several_faces_of_a_video_have_their_names_and_the_sizes_of_their_crops(films, tmp_path):
    (video,) = found(films, "two", "--face", "all")
    for number, face in enumerate(video.faces, 1):
        height, width = face.crop.bottom - face.crop.top, face.crop.right - face.crop.left
        np.save(tmp_path / f"two_face{number}.npy", np.full((FRAMES, 19, height, width), 16 * number, np.float32))
    maps = ["--parsing_map_path", str(tmp_path), "--teacher", "vtoonify", "--face", "all"]
    places = ["--dataroot", str(films / "two.mp4"), "--main_G_path", str(films / "teacher.pth")]
    given = face_part_maps(TestOptions().parse([*places, *FACES, *maps]), video.faces)
    assert [given(face)(0).mean().item() for face in video.faces] == [1, 2]


def tiny_run(folder, *flags):
    """A tiny VToonify in `folder` with its Shortcut, and the flags to translate with them."""
    first, family = distil(folder), ["--teacher", "vtoonify"]
    network = VToonify("toonify", VTOONIFY_WIDTH)
    with torch.no_grad():
        style = network.w_plus(torch.randn(18, VTOONIFY_WIDTH))
    torch.save({"g_ema": network.state_dict(), "style": style}, folder / "teacher.pth")
    built = new_task(TrainOptions().parse([*first, *family, "--lambda_D", "0", "--lambda_D_T", "0"]), CPU)
    (folder / "runs" / "tiny").mkdir(parents=True)
    checkpoint.save(folder / "runs" / "tiny" / "latest_net_ShortcutV2V.pth", built.export()["ShortcutV2V"])
    return TestOptions().parse(translation(folder, *family, *flags))


def test_the_program_translates_faces_and_puts_them_back(films, tmp_path):
    film = ["--dataroot", str(films / "two.mp4"), "--face", "all", "--paste", "--metrics", "psnr,warp_error,flicker"]
    opt = tiny_run(tmp_path, *FACES, *film)
    assert program.translate(opt) == 0

    folder = tmp_path / "results" / "tiny" / "test_latest"
    whole = list(decode(folder / "two_whole.mp4"))
    assert len(whole) == FRAMES and whole[0].shape == (4 * SIDE, 8 * SIDE, 3)
    (one,) = find_faces(opt, [Clip("two", video=films / "two.mp4")])
    for clip in one.faces:
        with av.open(str(folder / f"{clip.name}.mp4")) as video:
            stream = video.streams.video[0]
            assert stream.width == 3 * 4 * (clip.crop.right - clip.crop.left)
    plain = np.kron(next(decode(films / "two.mp4")), np.ones((4, 4, 1), np.uint8))
    change = np.abs(whole[0].astype(int) - plain).mean(axis=2)
    x, y = (4 * one.tracker.faces[0].points.eyes).astype(int)
    assert change[y - 40 : y + 40, x - 40 : x + 40].mean() > 20 > 5 > change[:40, :40].mean()


def test_face_parts_come_from_maps_or_are_reused_between_references(films, tmp_path):
    film = ["--dataroot", str(films / "one.mp4"), "--resize_mode", "square", "--fineSize", "64", "--no-compare"]
    family = ["--teacher", "vtoonify", "--dataset_mode", "videofile", *film]
    tiny_run(tmp_path)

    folder = tmp_path / "results" / "tiny" / "test_latest"

    def macs(*flags):
        assert program.translate(TestOptions().parse(translation(tmp_path, *family, *flags))) == 0
        return json.loads((folder / "metrics.json").read_text())["cost"]["macs"]

    def shown():
        return np.stack(list(decode(folder / "one.mp4"))).astype(int)

    np.save(tmp_path / "maps.npy", np.full((FRAMES, 19, 64, 64), 200, np.float32))
    torch.save(BiSeNet().state_dict(), tmp_path / "faceparsing.pth")
    plain, drawn = macs(), shown()
    told = macs("--parsing_map_path", str(tmp_path / "maps.npy"))
    assert (np.abs(shown() - drawn).mean((1, 2, 3)) > 3).all()
    parser = ["--faceparsing_path", str(tmp_path / "faceparsing.pth")]
    every, reference = macs(*parser), macs(*parser, "--parsing", "reference")
    assert told == plain and reference["skipped"] == plain["skipped"] < every["skipped"]
    assert reference["reference"] == every["reference"] > plain["reference"]


def test_flags_that_do_not_go_together_are_told_at_once(films, capsys):
    with pytest.raises(SystemExit):
        found(
            films,
            "one",
            "--resize_mode",
            "square",
            "--padding",
            *("1", "2", "3"),
            "--teacher",
            "vtoonify",
            "--style_encoder_path",
            "e",
            "--color_transfer",
        )
    told = capsys.readouterr().err
    for sentence in (
        "--scale_image sets the size of frames",
        "--padding must be four whole numbers between 0 and 16,384: left, right, top, bottom, got '1,2,3'",
        "--style_encoder_path has no effect",
    ):
        assert sentence in told
    with pytest.raises(SystemExit):
        found(films, "one", "--no-scale_image", "--face", "all", "--paste")
    told = capsys.readouterr().err
    with pytest.raises(SystemExit):
        found(films, "one", "--parsing", "reference", "--refresh", "adaptive", "--refresh_threshold", "1")
    parsing = capsys.readouterr().err
    assert "--parsing reference needs --faceparsing_path" in parsing and "leave adaptive out" in parsing
    with pytest.raises(SystemExit):
        found(films, "one", "--parsing", "reference", "--refresh_mode", "spread", "--max_interval", "2")
    assert "--parsing reference needs --refresh_mode whole, got spread" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        found(films, "one", "--parsing_map_path", "m", "--faceparsing_path", "p")
    parsing = capsys.readouterr().err
    assert "--parsing_map_path m: no such file or folder; FILE.npy, or of <clip>.npy" in parsing
    assert "both give face parts" in parsing and "--parsing_map_path is for --teacher vtoonify" in parsing
    assert "--face all needs --scale_image" in told and "--paste needs --scale_image" in told
