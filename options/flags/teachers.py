"""The flags of the teachers: each family in TEACHERS declares its own as plain data."""

import argparse
from pathlib import Path

from models.teachers import TEACHERS
from models.teachers.base import Flag, TeacherFamily
from options.parser import PATH, TEXT, Kind, add_option, choice, float_range, int_range, switch
from options.record import Options


def add_families(parser: argparse.ArgumentParser) -> None:
    """The flags of every family, each family in a group of its own."""
    for name, family in TEACHERS.items():
        group = parser.add_argument_group(name, f"of --teacher {name}")
        for flag in family.flags:
            _add(group, flag)


def family_of(opt: Options) -> TeacherFamily:
    """The family that --teacher names."""
    return TEACHERS[opt.teacher]


def family_values(opt: Options) -> dict[str, object]:
    """The values of the flags of --teacher's family, as its functions take them."""
    return {flag.name: getattr(opt, flag.name) for flag in family_of(opt).flags}


def family_problems(opt: Options) -> list[str]:
    """What is wrong with the flags of --teacher's family together."""
    return family_of(opt).problems(family_values(opt))


def flags_of_other_families(opt: Options) -> set[str]:
    """The names of flags that have no effect with --teacher."""
    return {flag.name for name, family in TEACHERS.items() if name != opt.teacher for flag in family.flags}


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
