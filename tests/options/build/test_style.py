"""Which style a VToonify gets."""

import numpy as np
import pytest
import torch

from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.style_encoder import StyleEncoder
from options.build.style import SHAPE_ROWS, face_style, new_style
from options.build.translation import load_teacher
from options.test_options import TestOptions
from util.image import to_tensor

WIDTH = 16
CPU = torch.device("cpu")


@pytest.fixture
def files(tmp_path):
    """A dualstylegan and a toonify without styles, and two example styles; what they are made of."""
    made = {backbone: VToonify(backbone, WIDTH) for backbone in ("dualstylegan", "toonify")}
    for backbone, network in made.items():
        torch.save({"g_ema": network.state_dict()}, tmp_path / f"{backbone}.pt")
    made["styles"] = torch.randn(2, 1, 18, WIDTH)
    np.save(tmp_path / "exstyle.npy", {f"{n}.jpg": style.numpy() for n, style in enumerate(made["styles"])})
    return made


def options(tmp_path, backbone, *flags):
    places = ["--dataroot", str(tmp_path), "--main_G_path", str(tmp_path / f"{backbone}.pt")]
    return TestOptions().parse([*places, "--teacher", "vtoonify", *flags])


def styled(opt, seen=None):
    return new_style(opt, torch.load(opt.main_G_path, weights_only=True), seen)


@torch.no_grad()
def test_an_example_gives_shapes_and_a_face_colours_unless_colours_are_transferred(files, tmp_path):
    example = ["--exstyle_path", str(tmp_path / "exstyle.npy"), "--style_id", "1"]
    seen, network = torch.randn(18, WIDTH), files["dualstylegan"]
    of_example, of_face = network.w_plus(files["styles"][1, 0]), network.w_plus(seen)
    mixed = styled(options(tmp_path, "dualstylegan", *example), seen)
    torch.testing.assert_close(mixed[:SHAPE_ROWS], of_example[:SHAPE_ROWS])
    torch.testing.assert_close(mixed[SHAPE_ROWS:], of_face[SHAPE_ROWS:])
    torch.testing.assert_close(styled(options(tmp_path, "dualstylegan", *example, "--color_transfer")), of_example)


@torch.no_grad()
def test_toonify_takes_the_style_of_the_face(files, tmp_path):
    seen = torch.randn(18, WIDTH)
    torch.testing.assert_close(styled(options(tmp_path, "toonify"), seen), files["toonify"].w_plus(seen))


def test_the_style_reaches_the_teacher(files, tmp_path):
    flags = ["--exstyle_path", str(tmp_path / "exstyle.npy"), "--color_transfer"]
    x = torch.rand(1, 3, 16, 16)
    opts = [options(tmp_path, "dualstylegan", *flags, "--style_id", n) for n in "01"]
    (first, same), (second, known) = (load_teacher(opt, CPU) for opt in opts)
    assert same == known and not torch.allclose(first(x), second(x))


@pytest.mark.parametrize(
    ("backbone", "flags", "seen", "told"),
    [
        ("dualstylegan", [], None, "holds no style beside the generator"),
        ("dualstylegan", [], torch.zeros(18, WIDTH), "needs an example, --exstyle_path"),
        ("dualstylegan", ["--exstyle_path", "{}/exstyle.npy", "--style_id", "0"], None, "colours come from a face"),
        ("dualstylegan", ["--exstyle_path", "{}/exstyle.npy"], None, "--style_id must be at most 1 .* got 26"),
        ("toonify", ["--exstyle_path", "{}/exstyle.npy"], None, "knows no examples"),
        ("dualstylegan", ["--exstyle_path", "{}/gone.npy"], None, "no file of example styles"),
    ],
)
def test_what_says_no_style_is_refused(files, tmp_path, backbone, flags, seen, told):
    opt = options(tmp_path, backbone, *(flag.format(tmp_path) for flag in flags))
    with pytest.raises((ValueError, FileNotFoundError), match=told):
        styled(opt, seen)


@torch.no_grad()
def test_the_encoder_sees_the_style_of_one_face(files, tmp_path):
    encoder = StyleEncoder(width=16).eval()
    state = {f"encoder.{key}": value for key, value in encoder.state_dict().items()}
    torch.save({"state_dict": state, "latent_avg": torch.ones(128)}, tmp_path / "encoder.pt")
    opt = options(tmp_path, "toonify", "--style_encoder_path", str(tmp_path / "encoder.pt"))
    face = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    torch.testing.assert_close(face_style(opt, [face]), encoder(to_tensor(face)[None])[0] + 1)
    with pytest.raises(ValueError, match="one at a time, got 2"):
        face_style(opt, [face, face])
