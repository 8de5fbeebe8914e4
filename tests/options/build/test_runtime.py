import pytest
import torch

from models.evaluation import cost
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from options.build.runtime import Translators, new_stages, slices_of
from options.test_options import TestOptions
from tests.helpers.runs import distil, translation
from tests.helpers.tiny import block, teacher
from util import image
from util.report.methods import OURS

CPU = torch.device("cpu")


@pytest.fixture
def options(tmp_path):
    distil(tmp_path)
    return lambda *flags: TestOptions().parse(translation(tmp_path, *flags))


@pytest.mark.parametrize("form", BLOCKS)
def test_no_other_slices_are_more_equal(form):
    fast, small, x = teacher().for_inference(), optimize(block(form)), image.blank((24, 16), CPU)
    a = f = fast.head(x)
    macs = []
    for layer in fast.body:
        macs.append(cost.count_macs(layer, f))
        f = layer(f)
    macs[-1] += cost.count_macs(eager(fast, small).prepare, a, f)  # which the last slice does besides
    (cut,) = slices_of(fast, small, x, 2)
    dearest = [max(sum(macs[:at]), sum(macs[at:])) for at in range(1, len(macs))]
    assert dearest[cut - 1] == min(dearest) < sum(macs)
    assert slices_of(fast, small, x, 1) == ()


def test_only_a_spread_refresh_cuts_the_body(options):
    x = image.blank((48, 32), CPU)
    for flags, slices in (([], 1), (["--refresh_mode", "spread", "--max_interval", "2"], 2)):
        assert len(new_stages(options(*flags), teacher(), block(), x).slices) == slices


def test_the_translator_of_one_size_is_kept_until_another_comes(options):
    translators = Translators(options(), teacher(), block(), "", CPU)
    first = translators.of((48, 32))[OURS]
    assert translators.of((48, 32))[OURS] is first
    assert translators.of((32, 32))[OURS] is not first
    assert translators.of((48, 32))[OURS] is not first


def test_the_other_refresh_is_a_translator_of_its_own(options):
    flags = ["--methods", "teacher,adaptive,fixed", "--refresh_threshold", "0.5"]
    translators = Translators(options(*flags), teacher(), block(), "", CPU)
    both = translators.of((48, 32))
    assert list(both) == translators.names == ["shortcut_adaptive", OURS]
    ours, other = both[OURS], both["shortcut_adaptive"]
    assert isinstance(ours.refresh, Every) and other.refresh.threshold == 0.5
    assert ours.stages is not other.stages
    adaptive = Translators(options(*flags, "--refresh", "adaptive"), teacher(), block(), "", CPU).of((48, 32))
    assert isinstance(adaptive["shortcut_fixed"].refresh, Every) and adaptive[OURS].refresh.threshold == 0.5
