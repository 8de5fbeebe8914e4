"""The scripts of VToonify and its published styles."""

import subprocess
from pathlib import Path

import pytest

from tests.helpers.scripts import ROOT, STYLES, parsed, shown


@pytest.mark.parametrize("flags", [[], ["--main_G_path", "checkpoints/v2c_teacher/latest_net_G_A.pth"]])
def test_a_face_video_is_cut_around_its_face_which_is_put_back(flags, workplace):
    (workplace / "clip.mp4").touch()
    path = ROOT / "scripts" / "vtoonify" / "test.sh"
    opt = parsed(shown(path, "--dataroot", "clip.mp4", *flags, cwd=workplace)[0])
    assert opt.scale_image and opt.paste and opt.fine_size is None
    assert (opt.name, opt.eye_distance) == (("ShortcutV2V_vtoonify", 64) if flags else ("demo_vtoonify", 26))


@pytest.mark.parametrize("verb", ["test", "train"])
@pytest.mark.parametrize(
    ("style", "teacher", "number"),
    [
        ("cartoon1", "vtoonify_d_cartoon/vtoonify_s026_d0.5.pt", 26),
        ("arcane2-d", "vtoonify_d_arcane/vtoonify_s_d.pt", 77),
        ("illustration2-d", "vtoonify_d_illustration/vtoonify_s004_d_c.pt", 4),
        ("comic-t", "vtoonify_t_comic/vtoonify.pt", None),
    ],
)
def test_a_published_style_names_its_files(verb, style, teacher, number, workplace):
    weights = Path("checkpoints/vtoonify")
    (workplace / weights / teacher).parent.mkdir(parents=True)
    (workplace / weights / teacher).touch()
    (workplace / "clip.mp4").touch()
    script = ROOT / "scripts" / "vtoonify" / f"{verb}.sh"
    opt = parsed(shown(script, style, "--dataroot", "clip.mp4", "--style_degree", "0.7", cwd=workplace)[0])
    assert (opt.main_G_path, opt.name) == (str(weights / teacher), f"ShortcutV2V_vtoonify_{style}")
    assert opt.style_degree == 0.7 and opt.faceparsing_path == str(weights / "faceparsing.pth")
    if number is None:
        assert opt.exstyle_path is None
    else:
        assert (opt.style_id, opt.exstyle_path) == (number, str((weights / teacher).with_name("exstyle_code.npy")))
    assert opt.color_transfer == teacher.endswith("_c.pt") == (opt.style_encoder_path is None)


def test_maps_of_face_parts_take_the_place_of_what_looks_for_them(workplace):
    (workplace / "maps").mkdir()
    arguments, _ = shown(STYLES.with_name("test.sh"), "cartoon1", "--parsing_map_path", "maps", cwd=workplace)
    assert "--faceparsing_path" not in arguments and "maps" in arguments


def test_every_style_that_is_told_to_be_known_is():
    ran = subprocess.run(["bash", STYLES.with_name("test.sh"), "nobodys"], capture_output=True, text=True)
    known = ran.stderr.partition("known are ")[2].split()
    assert len(known) == 27
    for style in known:
        assert f"ShortcutV2V_vtoonify_{style}" in shown(STYLES.with_name("test.sh"), style)[0]


def test_the_styles_are_listed_with_the_files_that_they_are_read_from():
    ran = subprocess.run(["bash", STYLES], capture_output=True, text=True, check=True)
    listed = dict(line.split() for line in ran.stdout.splitlines())
    assert len(listed) == 27
    for style, path in listed.items():
        words = shown(STYLES.with_name("test.sh"), style)[0]
        assert words[words.index("--main_G_path") + 1] == path


def test_a_style_that_nobody_published_is_refused():
    ran = subprocess.run(["bash", STYLES.with_name("test.sh"), "cartoon7"], capture_output=True, text=True)
    assert ran.returncode == 2 and "no published style cartoon7; known are cartoon1" in ran.stderr
