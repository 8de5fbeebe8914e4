import pytest
import torch

from models.teachers import any_generator
from models.teachers.any_generator import made_by, teacher_of
from tests.helpers.generators import SkipNet, made, row


def test_the_flags_say_where_a_generator_is_cut():
    assert teacher_of(made(row), 3, 6).split == (3, 6)
    assert teacher_of(made(SkipNet), cut="down3_0:cat").split == ("down3_0", "cat")
    assert teacher_of(made(row), cut="3:6").split == (3, 6)
    assert teacher_of(made(row), default=(4, 6)).split == (4, 6)


def test_without_a_cut_the_message_says_what_finds_one():
    with pytest.raises(ValueError, match="the cut is not given: scripts/suggest_split.sh finds one"):
        teacher_of(made(row))


def test_layers_that_are_frozen_are_told_if_the_generator_came_in_training_mode(recwarn):
    teacher_of(made(SkipNet), cut="down3_0:cat")
    assert not recwarn.list
    with pytest.warns(UserWarning, match="frozen: batch norm uses its running statistics"):
        teacher_of(made(SkipNet).train(), cut="down3_0:cat")


def test_the_family_calls_the_function_with_the_file_it_takes(tmp_path):
    seen = []

    def from_file(path, extra=0):
        seen.append(path)
        return made(row)

    family = any_generator.family_of(lambda: from_file)
    teacher = family.build(tmp_path, skip_idx_start=3, skip_idx_end=6, cut=None)
    assert seen == [tmp_path] and teacher.split == (3, 6) and family.takes_path


def test_a_file_that_is_missing_or_too_much_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"needy\(path\) needs a file of weights: give --main_G_path"):
        made_by(needy, None)
    with pytest.raises(ValueError, match=r"row\(\) takes no file of weights; leave the flag out"):
        made_by(row, tmp_path)
    assert isinstance(made_by(row, None), torch.nn.Sequential)


def test_what_the_function_raises_becomes_one_sentence():
    def broken():
        row().load_state_dict({})

    with pytest.raises(
        ValueError, match=r"broken\(\) raised RuntimeError: Error\(s\) in loading state_dict"
    ) as refused:
        made_by(broken, None)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"no weights", {"0.weight": torch.zeros(1)}])
def test_a_file_of_another_network_is_named(tmp_path, content):
    path = tmp_path / "other.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)

    def from_file(path):
        generator = row()
        generator.load_state_dict(torch.load(path, weights_only=True))
        return generator

    told = rf"from_file\(\) cannot use {path}, a file of another network or damaged\? \w+Error: "
    with pytest.raises(ValueError, match=told) as refused:
        made_by(from_file, path)
    assert "\n" not in str(refused.value)


def needy(path):
    return row()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            {"skip_idx_start": 5, "skip_idx_end": 5, "cut": None},
            "--skip_idx_end must be above --skip_idx_start 5, got 5",
        ),
        ({"skip_idx_start": 5, "skip_idx_end": None, "cut": "a"}, "--cut must be START:END"),
        ({"skip_idx_start": 5, "skip_idx_end": None, "cut": "a:b:c"}, "--cut must be START:END"),
        ({"skip_idx_start": 5, "skip_idx_end": None, "cut": "a:b"}, ""),
    ],
)
def test_flags_are_checked_together(flags, message):
    assert " ".join(any_generator.problems(flags)).startswith(message)
    assert bool(any_generator.problems(flags)) == bool(message)
