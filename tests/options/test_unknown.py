import pytest

from options.unknown import DROPPED, complaints

KNOWN = ["--niter", "--niter_decay", "--batchSize", "--Temporal_GAN_loss", "--no-Temporal_GAN_loss"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--niters", "--niter"),
        ("--batchsize", "--batchSize"),
        ("--batch-size", "--batchSize"),
        ("--no_Temporal_GAN_loss", "--no-Temporal_GAN_loss"),
    ],
)
def test_the_nearest_flag_is_suggested(typed, meant):
    assert complaints([typed], KNOWN) == [f"unknown flag {typed}, did you mean {meant}?"]


def test_a_flag_like_no_other_leads_to_help():
    assert complaints(["--x"], KNOWN) == ["unknown flag --x; --help lists all flags"]


def test_the_values_of_an_unknown_flag_are_not_told_apart():
    assert len(complaints(["--x", "1", "-2", "--y=3"], KNOWN)) == 2


def test_a_value_without_a_flag_is_told():
    assert complaints(["stray"], KNOWN) == ["unexpected argument 'stray': every value follows a --flag"]


def test_a_dropped_published_flag_is_told_with_its_reason():
    assert complaints(["--epoch_count", "5"], KNOWN) == [f"--epoch_count is gone: {DROPPED['--epoch_count']}"]
