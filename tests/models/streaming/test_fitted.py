import json

import pytest

from models.streaming.fitted import load_fitted

FITTED = {"shortcut_fingerprint": "abc", "threshold": 0.5, "max_interval": 7}


@pytest.fixture
def written(tmp_path):
    """written(text) -> a file of it."""

    def write(text):
        (tmp_path / "latest_refresh.json").write_text(text)
        return tmp_path / "latest_refresh.json"

    return write


def test_a_fitted_policy_has_threshold_and_interval(written):
    policy = load_fitted(written(json.dumps(FITTED)), "abc")
    assert (policy.threshold, policy.max_interval) == (0.5, 7)


def test_a_policy_of_another_block_is_refused(written):
    with pytest.raises(ValueError, match="is of another Shortcut, fingerprint abc, this one has xyz"):
        load_fitted(written(json.dumps(FITTED)), "xyz")


@pytest.mark.parametrize(
    "text",
    [
        *("junk", "[]", json.dumps({"shortcut_fingerprint": "abc"}), "[" * 100_000),
        *(json.dumps({**FITTED, "max_interval": wrong}) for wrong in ("7", 7.5, [7], None, True, -1)),
        *(json.dumps({**FITTED, "threshold": wrong}) for wrong in ("high", [0.5], None, -1, float("nan"))),
    ],
)
def test_a_file_without_a_policy_is_refused(written, text):
    with pytest.raises(ValueError, match="latest_refresh.json holds no refresh threshold"):
        load_fitted(written(text), "abc")


def test_without_a_file_the_ways_to_have_one_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="fits one, --refresh_threshold gives one"):
        load_fitted(tmp_path / "none.json", "abc")
