"""The flags of the teacher families on the command line."""

import pytest

from models.teachers import TEACHERS
from options.flags.teachers import family_of, family_problems, family_values
from options.test_options import TestOptions


@pytest.fixture
def parse(tmp_path):
    """parse(flags) -> checked options; the paths that every program needs are given."""
    (tmp_path / "teacher.pth").touch()
    places = ["--dataroot", str(tmp_path), "--main_G_path", str(tmp_path / "teacher.pth")]
    return lambda *flags: TestOptions().parse([*places, *flags])


@pytest.mark.parametrize("name", TEACHERS)
def test_a_family_gets_the_values_of_its_own_flags(parse, name):
    opt = parse("--teacher", name)
    assert family_of(opt) is TEACHERS[name]
    assert family_values(opt) == {flag.name: flag.default for flag in TEACHERS[name].flags}


def test_every_type_of_flag_is_read(parse):
    flags = [
        "--style_id",
        "3",
        "--style_degree",
        "1",
        "--color_transfer",
        "--vtoonify_split",
        "A",
        "--exstyle_path",
        "e",
    ]
    values = family_values(parse("--teacher", "vtoonify", *flags))
    wanted = {"style_id": 3, "style_degree": 1.0, "color_transfer": True, "vtoonify_split": "A", "exstyle_path": "e"}
    assert values | wanted == values and type(values["style_degree"]) is float


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ("--style_degree 1.5", "--style_degree must be a number between 0 and 1, got '1.5'"),
        ("--vtoonify_split C", "--vtoonify_split must be one of A, B, got 'C'"),
        ("--skip_idx_start 0", "--skip_idx_start must be a whole number between 1 and 10,000, got '0'"),
        ("--teacher vtoonify --fineSizeW 44", "--fineSizeW must be a multiple of 8, got 44"),
        ("--fineSizeW 42", "--fineSizeW must be a multiple of 4, got 42"),
    ],
)
def test_what_a_family_does_not_take_is_refused(parse, capsys, flags, told):
    with pytest.raises(SystemExit):
        parse(*flags.split())
    assert told in capsys.readouterr().err


def test_only_the_family_of_the_teacher_checks_its_flags(parse, capsys):
    both = ["--style_encoder_path", "e", "--color_transfer"]
    assert family_problems(parse(*both)) == []
    with pytest.raises(SystemExit):
        parse("--teacher", "vtoonify", *both)
    assert "--style_encoder_path has no effect with --color_transfer" in capsys.readouterr().err
