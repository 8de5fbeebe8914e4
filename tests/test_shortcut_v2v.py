"""The three lines of Python, with tiny networks and films."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from data.video.film import Video, decode
from examples.generators import resnet
from shortcut_v2v import ROOT, Shortcut
from tests.helpers.generators import SkipNet, made
from tests.helpers.models import model
from tests.helpers.python import SIZE, moving_film, panning, resnet_file
from tests.helpers.sound_films import film
from tests.helpers.tiny import teacher
from util.image import to_tensor, to_uint8

OWN = "examples.generators:resnet"
CUT = "3:16"


@pytest.fixture
def folder(tmp_path):
    return model(tmp_path / "runs" / "tiny", threshold=0.5)


@pytest.fixture
def tiny(folder):
    return Shortcut.load(folder, device="cpu", refresh_threshold=100)


@pytest.fixture
def attached(tmp_path):
    generator = resnet(resnet_file(tmp_path / "resnet.pth"))
    return Shortcut.attach(generator, panning(), cut=CUT, h_dim=8, device="cpu", max_interval=4)


def test_a_video_and_its_frames_give_the_same_stream(tiny, tmp_path):
    path = moving_film(tmp_path / "in.mp4")
    shown = list(tiny.stream(path))
    again = list(tiny.stream(decode(path)))
    assert len(shown) == 5 and all(one.dtype == np.uint8 and one.shape == (32, 48, 3) for one in shown)
    assert np.array_equal(shown, again)
    expected = to_uint8(teacher()(to_tensor(next(decode(path)))[None])[0])
    assert np.abs(shown[0].astype(int) - expected).max() <= 1


def test_two_streams_and_calls_do_not_disturb_each_other(tiny):
    frames = panning()
    alone, backwards = list(tiny.stream(frames)), list(tiny.stream(frames[::-1]))
    both = list(zip(tiny.stream(frames), tiny.stream(frames[::-1]), map(tiny, frames), strict=True))
    assert np.array_equal([one for one, _, _ in both], alone) and np.array_equal([one for _, one, _ in both], backwards)
    assert np.array_equal([one for _, _, one in both], alone)


def test_a_call_follows_the_call_before_until_a_reset(tiny):
    first, second = panning()[:2]
    tiny(first)
    predicted = tiny(second)
    tiny.reset()
    assert not np.array_equal(predicted, tiny(second))
    with pytest.raises(ValueError, match="reset"):
        tiny(second[:16])


def test_a_translation_is_of_the_kind_of_its_frame(tiny):
    pixels = panning()[0]
    expected = tiny(pixels)
    for frame in (Image.fromarray(pixels), to_tensor(pixels), to_tensor(pixels)[None].double()):
        tiny.reset()
        found = tiny(frame)
        assert type(found) is type(frame)
        if isinstance(found, torch.Tensor):
            assert found.shape == frame.shape and found.dtype == frame.dtype
            found = to_uint8(found.reshape(3, 32, 48))
        assert np.array_equal(np.asarray(found), expected)


def test_a_translation_keeps_sound_and_times_and_is_kept(tiny, tmp_path):
    source = film(tmp_path / "in.mp4", times=(0, 1, 3, 4))
    (path,) = tiny.translate(source, tmp_path / "out.mp4")
    made = Video(path)
    assert made.description.has_sound and [f.time * 25 for f in made.frames()] == [0, 1, 3, 4]
    written = path.stat().st_mtime_ns
    assert tiny.translate(source, path) == [path] and path.stat().st_mtime_ns == written
    with pytest.raises(FileExistsError):
        tiny.translate(source, path, side_by_side=True)
    tiny.translate(source, path, side_by_side=True, size=(32, 24), overwrite=True)
    assert Video(path).size == (64, 24)


def test_a_model_by_its_name_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    loaded = Shortcut.load("demo_v2l", device="cpu", refresh="fixed", max_interval=2)
    assert repr(loaded) == "Shortcut(recycle_gan, cut 5:17, cpu)"
    with pytest.raises(ValueError, match="no such model; .* has demo_l2v"):
        Shortcut.load("demo_v2x")
    with pytest.raises(ValueError, match="no option colour; it has .*max_interval"):
        Shortcut.load("demo_v2c", colour="red")


def test_attach_distil_save_and_load(attached, tmp_path):
    path, frames = moving_film(tmp_path / "in.mp4"), panning()
    before = list(attached.stream(frames))
    losses = attached.distil(path, steps=2, progress=False)
    assert len(losses) == 2 and all(np.isfinite(losses))
    after = list(attached.stream(frames))
    assert np.array_equal(before[0], after[0]) and not np.array_equal(before[1], after[1])
    saved = attached.save(tmp_path / "mine", OWN, tmp_path / "resnet.pth")
    (tmp_path / "resnet.pth").unlink()
    loaded = Shortcut.load(saved, device="cpu")
    assert np.array_equal(list(loaded.stream(frames)), after)
    loaded.distil([path, path], steps=1, progress=False)  # another model goes on from there
    assert not np.array_equal(list(loaded.stream(frames))[1], after[1])


def test_a_loaded_model_can_be_saved_again_with_its_refresh(tiny, tmp_path):
    tiny.distil(moving_film(tmp_path / "in.mp4"), steps=1, size=(32, 16), progress=False)
    again = Shortcut.load(tiny.save(tmp_path / "again"), device="cpu")
    frames = panning()
    assert np.array_equal(list(again.stream(frames)), list(tiny.stream(frames)))


def test_frames_are_padded_for_a_unet_and_refused_in_its_training(tmp_path):
    model = Shortcut.attach(made(SkipNet), panning(), cut="down3_0:cat", h_dim=8, device="cpu")  # multiples of 8
    odd = [frame[:27, :45] for frame in panning()]
    assert [picture.shape for picture in model.stream(odd)] == [(27, 45, 3)] * 5
    with pytest.raises(ValueError, match="multiples of 8, got 36 x 32 px"):
        model.distil(moving_film(tmp_path / "in.mp4"), steps=1, size=(36, 32), progress=False)


def test_where_to_cut_is_measured(tmp_path):
    generator = resnet(resnet_file(tmp_path / "resnet.pth"))
    moved = Shortcut.attach(generator, moving_film(tmp_path / "in.mp4"), h_dim=4, device="cpu", size=SIZE)
    start, end = repr(moved).split("cut ")[1].split(",")[0].split(":")
    assert 0 < int(start) < int(end) and next(moved.stream(panning())).shape == (32, 48, 3)


def test_what_cannot_be_attached_says_why(tmp_path):
    generator = resnet(resnet_file(tmp_path / "resnet.pth"))
    with pytest.raises(ValueError, match="at least 2 frames that moves, got 1"):
        Shortcut.attach(generator, panning()[0], device="cpu")
    with pytest.raises(ValueError, match="nn.Module, got function"):
        Shortcut.attach(resnet, panning(), device="cpu")
    with pytest.raises(ValueError, match='"START:END"'):
        Shortcut.attach(generator, panning(), cut="3", device="cpu")
    with pytest.raises(ValueError, match="a frame is uint8"):
        Shortcut.attach(generator, [np.zeros((32, 48, 3))], cut=CUT, device="cpu")


def test_what_does_not_make_the_generator_again_is_not_saved(attached, tmp_path):
    with pytest.raises(ValueError, match="package.module:function"):
        attached.save(tmp_path / "mine")
    other = resnet_file(tmp_path / "other.pth", width=8)
    with pytest.raises(ValueError, match="other weights"):
        attached.save(tmp_path / "mine", OWN, other)
    assert not (tmp_path / "mine").exists()


def test_a_model_of_faces_is_not_distilled(tmp_path):
    loaded = Shortcut.load("demo_vtoonify", device="cpu")
    with pytest.raises(ValueError, match="faces"):
        loaded.distil(moving_film(tmp_path / "in.mp4"), steps=1)


@pytest.mark.parametrize("foreign", ["models", "util"])
def test_a_foreign_package_of_one_of_our_names_is_told_of(foreign, tmp_path):
    package = tmp_path / foreign
    package.mkdir()
    (package / "__init__.py").touch()
    code = f"import {foreign}, sys; sys.path.append({str(ROOT)!r}); import shortcut_v2v"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    last = ran.stderr.strip().splitlines()[-1]
    assert ran.returncode == 1 and f"its own package {foreign}" in last and str(package) in last and "rename" in last


def test_a_package_of_the_same_name_in_the_current_folder_is_not_taken(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("raise RuntimeError")
    code = f"import sys; sys.path.append({str(ROOT)!r}); from shortcut_v2v import Shortcut; print(Shortcut.load)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
