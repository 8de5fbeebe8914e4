import numpy as np
import pytest
import torch

from models.teachers.vtoonify import FAMILY, SHAPE_ROWS, choose_style, example_style
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.style_encoder import StyleEncoder
from models.teachers.vtoonify.teacher import cut

WIDTH = 16
X = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def network(backbone):
    torch.manual_seed(0)
    return VToonify(backbone, WIDTH)


@torch.no_grad()
def test_the_style_of_an_example_reaches_the_teacher(tmp_path):
    styles = torch.randn(2, 1, 18, WIDTH)
    np.save(tmp_path / "exstyle.npy", {f"{n}.jpg": style.numpy() for n, style in enumerate(styles)})
    made = network("dualstylegan")
    flags = {"exstyle_path": str(tmp_path / "exstyle.npy"), "color_transfer": True, "style_degree": 0.25}
    for number, style in enumerate(styles):
        built = FAMILY.build(made.state_dict(), style_id=number, **flags)
        torch.testing.assert_close(built(X), cut(made.styled(made.w_plus(style), 0.25))(X))


@torch.no_grad()
def test_the_style_of_a_face_reaches_the_teacher(tmp_path):
    encoder = StyleEncoder(width=16).eval()
    state = {f"encoder.{key}": value for key, value in encoder.state_dict().items()}
    torch.save({"state_dict": state, "latent_avg": torch.ones(128)}, tmp_path / "encoder.pt")
    torch.manual_seed(0)
    made, face = VToonify("toonify", 128), torch.rand(1, 3, 256, 256) * 2 - 1
    built = FAMILY.build(made.state_dict(), style_encoder_path=str(tmp_path / "encoder.pt"), face=face)
    torch.testing.assert_close(built(X), cut(made.styled(made.w_plus(encoder(face)[0] + 1)))(X), atol=1e-4, rtol=1e-4)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file of example styles"):
        FAMILY.build(network("dualstylegan").state_dict(), exstyle_path=str(tmp_path / "gone.npy"))


def test_a_face_is_wanted_for_a_style_encoder_alone():
    values = {flag.name: flag.default for flag in FAMILY.flags}
    assert not FAMILY.wants_face(values) and FAMILY.problems(values) == []
    values |= {"style_encoder_path": "encoder.pt", "color_transfer": True}
    assert FAMILY.wants_face(values) and "has no effect" in FAMILY.problems(values)[0]


WIDTH = 16


def style(seed):
    return torch.randn(18, WIDTH, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_an_example_gives_shapes_and_a_face_colours_unless_colours_are_transferred():
    network, example, face = VToonify("dualstylegan", WIDTH), style(0), style(1)
    of_example, of_face = network.w_plus(example), network.w_plus(face)
    mixed = choose_style(network, None, example, face, color_transfer=False)
    torch.testing.assert_close(mixed[:SHAPE_ROWS], of_example[:SHAPE_ROWS])
    torch.testing.assert_close(mixed[SHAPE_ROWS:], of_face[SHAPE_ROWS:])
    torch.testing.assert_close(choose_style(network, None, example, None, color_transfer=True), of_example)


@torch.no_grad()
def test_toonify_takes_the_style_of_the_face():
    network, face = VToonify("toonify", WIDTH), style(0)
    torch.testing.assert_close(choose_style(network, style(1), None, face, False), network.w_plus(face))


@pytest.mark.parametrize(
    ("backbone", "example", "face", "told"),
    [
        ("dualstylegan", None, None, "holds no style beside the generator"),
        ("dualstylegan", None, 1, "needs an example, --exstyle_path"),
        ("dualstylegan", 0, None, "colours come from a face"),
        ("toonify", 0, None, "knows no examples"),
    ],
)
def test_what_gives_no_style_is_refused(backbone, example, face, told):
    styles = [None if seed is None else style(seed) for seed in (example, face)]
    with pytest.raises(ValueError, match=told):
        choose_style(VToonify(backbone, WIDTH), None, *styles, color_transfer=False)


def test_an_example_has_a_number(tmp_path):
    styles = torch.randn(2, 1, 18, WIDTH)
    np.save(tmp_path / "exstyle.npy", {f"{n}.jpg": one.numpy() for n, one in enumerate(styles)})
    torch.testing.assert_close(example_style(tmp_path / "exstyle.npy", 1), styles[1, 0])
    with pytest.raises(ValueError, match="--style_id must be at most 1 .* got 26"):
        example_style(tmp_path / "exstyle.npy", 26)
