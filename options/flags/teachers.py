"""The flags of the teachers: each family in TEACHERS declares its own as plain data."""

import argparse
import re
from functools import partial
from pathlib import Path

from models.teachers import TEACHERS, any_generator
from models.teachers.base import Flag, TeacherFamily
from options.own_function import own_function
from options.parser import PATH, TEXT, Kind, add_option, choice, float_range, int_range, matching, switch
from options.record import Options

FUNCTION = re.compile(r"\w+(\.\w+)*:\w+")  # package.module:function
NAMED = ", ".join(sorted(TEACHERS))
TEACHER = matching(
    lambda text: text in TEACHERS or FUNCTION.fullmatch(text),
    f"one of {NAMED}, or package.module:function, a function of your own that returns a generator",
    f"{{{NAMED}}} or MODULE:FUNCTION",
)
FAMILY_FLAGS = {flag.name for family in TEACHERS.values() for flag in family.flags}
FAMILY_PATHS = {flag.name for family in TEACHERS.values() for flag in family.flags if flag.type is Path}


def add_families(parser: argparse.ArgumentParser) -> None:
    """The flags of every family, each family in a group of its own. A flag that two families share stands in one."""
    declared: set[str] = set()
    for name, family in TEACHERS.items():
        group = parser.add_argument_group(name, f"of --teacher {name}")
        for flag in family.flags:
            if flag.name not in declared:
                _add(group, flag)
        declared |= {flag.name for flag in family.flags}


def family_of(opt: Options) -> TeacherFamily:
    """The family that --teacher names."""
    return family_named(opt.teacher)


def family_named(teacher: str) -> TeacherFamily:
    """The family of a value of --teacher; that of a function of the user's own is imported when it is built."""
    if teacher in TEACHERS:
        return TEACHERS[teacher]
    return any_generator.family_of(partial(own_function, teacher))


def family_values(opt: Options) -> dict[str, object]:
    """The values of the flags of --teacher's family, as its functions take them."""
    return {flag.name: getattr(opt, flag.name) for flag in family_of(opt).flags}


def family_problems(opt: Options) -> list[str]:
    """What is wrong with the flags of --teacher's family together."""
    return family_of(opt).problems(family_values(opt))


def flags_of_other_families(opt: Options) -> set[str]:
    """The names of flags that have no effect with --teacher."""
    return {flag.name for family in TEACHERS.values() for flag in family.flags} - family_values(opt).keys()


def weights_problems(opt: Options, published: str) -> list[str]:
    """What is wrong if there is no --main_G_path; `published` names a file to put there."""
    if opt.main_G_path is not None or family_of(opt).takes_path:
        return []
    return [f"--main_G_path is missing: give the teacher's weights; the published ones: {published}"]


def _add(group: argparse._ArgumentGroup, flag: Flag) -> None:
    if flag.type is bool:
        assert isinstance(flag.default, bool)  # a switch is on or off, it cannot be left out
        switch(group, f"--{flag.name}", flag.default, flag.help)
    else:
        add_option(group, f"--{flag.name}", _kind(flag), flag.default, flag.help)


def _kind(flag: Flag) -> Kind:
    if flag.type is str:
        return choice(flag.choices) if flag.choices else TEXT
    return {Path: PATH, int: int_range(int(flag.low), int(flag.high)), float: float_range(flag.low, flag.high)}[
        flag.type
    ]
