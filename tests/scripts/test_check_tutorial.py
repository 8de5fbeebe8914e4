"""scripts/check_tutorial.py: the commands that it takes from the page. The script itself takes minutes."""

import sys

from scripts.check_tutorial import PAGE, ROOT, SHORT, commands, short

FOUND = commands(PAGE.read_text(encoding="utf-8"))


def test_both_generators_go_all_the_way():
    steps = [command[1] for command in FOUND if command[1] != "-m"]
    assert steps == 2 * [str(ROOT / script) for script in SHORT]


def test_commands_with_the_readers_own_files_are_left_out():
    assert not any("my_file" in word or word == "mine" for command in FOUND for word in command)


def test_a_command_gets_the_flags_that_make_it_short():
    assert short("bash scripts/suggest_split.sh a:b --size 8x8")[:5] == [
        *("bash", str(ROOT / "scripts" / "suggest_split.sh"), "a:b", "--size", "8x8")
    ]
    assert short("python examples/train_generator.py unet out.pth")[-2:] == ["--gpu_ids", "-1"]
    assert short("python -m data.samples.street") == [sys.executable, "-m", "data.samples.street"]
