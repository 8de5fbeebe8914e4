import pytest
import torch

from models.streaming.refresh import Every
from options.build.translator import new_stages, new_translators
from options.test_options import TestOptions
from tests.helpers.runs import distil, translation
from tests.helpers.tiny import block, teacher
from util import image
from util.report.record import SHORTCUT

CPU = torch.device("cpu")


@pytest.fixture
def options(tmp_path):
    distil(tmp_path)
    return lambda *flags: TestOptions().parse(translation(tmp_path, *flags))


def test_only_a_spread_refresh_cuts_the_body(options):
    x = image.blank((48, 32), CPU)
    for flags, slices in (([], 1), (["--refresh_mode", "spread", "--max_interval", "2"], 2)):
        assert len(new_stages(options(*flags), teacher(), block(), x).slices) == slices


def test_the_translator_of_one_size_is_kept_until_another_comes(options):
    translators = new_translators(options(), teacher(), block(), "", CPU)
    first = translators.of((48, 32))[SHORTCUT]
    assert translators.of((48, 32))[SHORTCUT] is first
    assert translators.of((32, 32))[SHORTCUT] is not first
    assert translators.of((48, 32))[SHORTCUT] is not first


def test_the_other_refresh_is_a_translator_of_its_own(options):
    flags = ["--methods", "teacher,adaptive,fixed", "--refresh_threshold", "0.5"]
    translators = new_translators(options(*flags), teacher(), block(), "", CPU)
    both = translators.of((48, 32))
    assert list(both) == translators.names == ["shortcut_adaptive", SHORTCUT]
    ours, other = both[SHORTCUT], both["shortcut_adaptive"]
    assert isinstance(ours.refresh, Every) and other.refresh.threshold == 0.5
    assert ours.stages is not other.stages
    adaptive = new_translators(options(*flags, "--refresh", "adaptive"), teacher(), block(), "", CPU).of((48, 32))
    assert isinstance(adaptive["shortcut_fixed"].refresh, Every) and adaptive[SHORTCUT].refresh.threshold == 0.5
