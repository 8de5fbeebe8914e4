"""From the options of a translation to networks that begin every film anew."""

import json
from math import inf

import numpy as np
import pytest
import torch
import yaml

from data.faces import FacePoints
from data.faces.detectors import Face
from models.shortcut.block import ShortcutBlock
from models.shortcut.checkpoint import to_checkpoint
from models.streaming.translator import Translator
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.style_encoder import StyleEncoder
from options.build import translation
from options.build.teacher import load_teacher
from options.build.translation import Networks, describe_networks, form_of, inputs_of
from options.translate_options import TranslateOptions
from tests.helpers.models import model
from tests.helpers.tiny import teacher
from util import checkpoint
from util.image import to_tensor, to_uint8

CPU = torch.device("cpu")


@pytest.fixture
def parse(tmp_path):
    folder = model(tmp_path / "runs" / "tiny", threshold=0.5)

    def parsed(*flags, inputs=("a.mp4",)):
        return TranslateOptions().parse([*inputs, "-o", "out", "--model", str(folder), "--gpu_ids", "-1", *flags])

    return parsed


def pictures(count, size=(24, 32)):
    return [np.random.default_rng(n).integers(0, 256, (*size, 3), np.uint8) for n in range(count)]


def of_teacher(picture):
    return to_uint8(teacher()(to_tensor(picture)[None])[0])


def test_every_film_begins_with_the_whole_teacher(parse):
    networks = Networks(parse("--refresh_threshold", "100"), CPU)
    for first in pictures(2):
        film = networks.begin()
        assert np.abs(film(first).astype(int) - of_teacher(first)).max() <= 1
        assert film(first).shape == first.shape and film.references == 1


def test_a_fitted_refresh_is_the_default_and_a_fixed_one_begins_anew_on_cuts(parse, tmp_path):
    fitted = Networks(parse(), CPU).refresh
    assert (fitted.threshold, fitted.max_interval) == (0.5, 4)
    fixed = Networks(parse("--refresh", "fixed"), CPU).refresh
    assert (fixed.threshold, fixed.max_interval) == (inf, 3)
    (tmp_path / "runs" / "tiny" / "latest_refresh.json").unlink()
    assert parse().refresh == "fixed"


def test_a_scene_cut_refreshes_in_a_fixed_interval(parse):
    film = Networks(parse("--refresh", "fixed", "--max_interval", "100"), CPU).begin()
    still = np.full((24, 32, 3), 90, np.uint8)
    other = pictures(1)[0]
    for picture in (still, still, still, other, other):
        film(picture)
    assert film.references == 2


def test_every_step_can_be_watched_and_the_teacher_has_no_others(parse):
    networks, steps = Networks(parse("--refresh_threshold", "100", "--max_interval", "2"), CPU), []
    shortcut, whole = (
        networks.begin(lambda step: steps.append((step.distance, step.is_reference))),
        networks.begin_teacher(),
    )
    for picture in 3 * pictures(1):
        shortcut(picture)
        assert np.abs(whole(picture).astype(int) - of_teacher(picture)).max() <= 1
    assert steps == [(0, True), (1, False), (0, True)] and whole.references == 3


def test_settings_tell_whatever_changes_the_result_and_nothing_else(parse):
    def settings(*flags):
        return json.dumps(Networks(parse(*flags), CPU).settings, sort_keys=True)

    same = settings()
    assert settings("--overwrite", "--deform_backend", "reference") == same
    for flags in (["--codec", "vp9"], ["--max_interval", "2"], ["--size", "8x8"], ["--hold", "0.5"]):
        assert settings(*flags) != same


def test_amp_auto_is_tried_on_the_first_frame(parse):
    networks = Networks(parse("--amp", "auto"), CPU)
    assert networks.notes == []
    networks.begin()(pictures(1)[0])
    assert networks.notes[0].startswith("--amp auto: ")


def test_a_description_that_contradicts_the_checkpoint_shows_both(parse, tmp_path):
    described = {"teacher": "recycle_gan", "main_G_path": "teacher.pth", "skip_idx_end": 13}
    (tmp_path / "runs" / "tiny" / "model.yaml").write_text(yaml.safe_dump(described))
    with pytest.raises(ValueError, match="split: checkpoint 5:12, asked 5:13"):
        Networks(parse(), CPU)


def test_a_model_of_faces_translates_the_faces_in_a_frame(monkeypatch):
    points = FacePoints(np.array([90.0, 60]), np.array([110.0, 60]), np.array([100.0, 80]))
    monkeypatch.setattr(translation, "new_detector", lambda opt: lambda frame: [Face((80, 40, 120, 90), points)])
    opt = TranslateOptions().parse(["a.mp4", "-o", "out", "--model", "demo_vtoonify", "--gpu_ids", "-1"])
    frame = np.random.default_rng(0).integers(0, 256, (120, 320, 3), np.uint8)
    shown = Networks(opt, CPU).begin()(frame)
    assert shown.shape == frame.shape and (shown[:, 220:] == frame[:, 220:]).all() and (shown != frame).any()


def test_each_of_two_faces_has_the_style_that_it_brings(tmp_path):
    flags = ["a.mp4", "-o", "out", "--model", str(styled_model(tmp_path / "styled")), "--gpu_ids", "-1"]
    networks = Networks(TranslateOptions().parse(flags), CPU)
    faces = [np.random.default_rng(n).integers(0, 256, (256, 256, 3), np.uint8) for n in range(2)]
    crop = pictures(1, (64, 64))[0]
    alone = [begin_face(networks, face)(crop) for face in faces]
    both = [begin_face(networks, face) for face in faces]  # found in one frame: both begin before either is translated
    assert [np.array_equal(film(crop), shown) for film, shown in zip(both, alone, strict=True)] == [True, True]
    assert (alone[0] != alone[1]).any()


def begin_face(networks, face):
    return networks._of_face(lambda stages: Translator(stages, networks.refresh), None, face)


def styled_model(folder):
    """A tiny VToonify that takes the style from the face, with a Shortcut."""
    folder.mkdir()
    torch.manual_seed(0)
    whole, encoder = VToonify("toonify", 128), StyleEncoder(width=16).eval()
    torch.save(whole.state_dict(), folder / "teacher.pt")
    state = {f"encoder.{key}": value for key, value in encoder.state_dict().items()}
    torch.save({"state_dict": state, "latent_avg": torch.zeros(128)}, folder / "encoder.pt")
    described = {"teacher": "vtoonify", "main_G_path": "teacher.pt", "style_encoder_path": "encoder.pt"}
    (folder / "model.yaml").write_text(yaml.safe_dump(described))
    opt = TranslateOptions().parse(["a", "-o", "o", "--model", str(folder)])
    cut, identity = load_teacher(opt, CPU, torch.zeros(1, 3, 256, 256))
    shape = {"f_ch": cut.f_channels, "image_ch": cut.image_channels}
    block = ShortcutBlock(cut.a_channels, 8, **shape)
    checkpoint.save(folder / "latest_net_ShortcutV2V.pth", to_checkpoint(block, identity, cut.split))
    return folder


def test_words_that_name_nothing_are_kept_with_the_reason(parse, tmp_path):
    (tmp_path / "a.mp4").touch()
    found, wrong, _ = inputs_of(parse(inputs=(str(tmp_path / "a.mp4"), "nowhere.mp4", "3")))
    assert [one.name for one in found] == ["a", "camera3"]
    assert [word for word, _ in wrong] == ["nowhere.mp4"] and "no such file" in wrong[0][1]


def test_what_of_a_folder_is_not_read_is_told(parse, tmp_path):
    (tmp_path / "films").mkdir()
    for name in ("a.mp4", "b.xyz"):
        (tmp_path / "films" / name).touch()
    found, _, notes = inputs_of(parse(inputs=(str(tmp_path / "films"),)))
    assert [one.name for one in found] == ["a"] and "b.xyz" in notes[0]


def test_what_is_told_of_a_model(parse):
    opt = parse()
    told = describe_networks(opt, Networks(opt, CPU), CPU)
    assert "recycle_gan" in told and "every 4 frames at the latest" in told and "0.5" in told and "--model" not in told


def test_form(parse):
    form = form_of(parse("--size", "40x30", "--max_frames", "3", "--side_by_side"))
    assert (form.codec, form.size, form.side_by_side, form.max_frames) == ("h264", (40, 30), True, 3)
