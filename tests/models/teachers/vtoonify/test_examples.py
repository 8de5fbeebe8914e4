import os

import numpy as np
import pytest

from models.teachers.vtoonify.examples import read_examples


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("made",)


def test_styles_come_back_in_their_order(tmp_path):
    styles = {name: np.random.default_rng(n).normal(size=(1, 18, 16)) for n, name in enumerate(["b.jpg", "a.jpg"])}
    np.save(tmp_path / "styles.npy", styles)
    read = read_examples(tmp_path / "styles.npy")
    assert list(read) == ["b.jpg", "a.jpg"]
    for name, style in styles.items():
        np.testing.assert_array_equal(read[name], style[0].astype(np.float32))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"a": Harmful()}, "mkdir"),
        (np.zeros(3), "one dictionary"),
        ({"a": np.zeros((18, 16))}, r"\[1, 18, width\], got \[18, 16\]"),
        ({"a": "text"}, r"\[1, 18, width\], got str"),
        ({"a": np.full((1, 18, 2), np.nan)}, "NaN"),
        ({3: np.zeros((1, 18, 2))}, "a key that is no text"),
        ([np.zeros((1, 18, 2))], "one dictionary"),
        ({"a": np.zeros((1, 18, 2), "datetime64[s]")}, "calls dtype in a way"),
        ({"a": np.zeros((1, 18), [("x", "f4")])}, "calls dtype in a way"),
    ],
)
def test_other_files_are_refused_and_run_nothing(tmp_path, monkeypatch, content, told):
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "styles.npy", content, allow_pickle=True)
    with pytest.raises(ValueError, match=f"styles.npy is not a file of example styles .*{told}"):
        read_examples(tmp_path / "styles.npy")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("content", [b"no array", b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\xff"])
def test_text_and_what_was_cut_short_are_refused(tmp_path, content):
    (tmp_path / "text.npy").write_bytes(content)
    with pytest.raises(ValueError, match="text.npy is not"):
        read_examples(tmp_path / "text.npy")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="gone.npy"):
        read_examples(tmp_path / "gone.npy")


def test_mutated_files_are_read_or_refused(tmp_path):
    path, rng = tmp_path / "styles.npy", np.random.default_rng(0)
    np.save(path, {"a.jpg": np.zeros((1, 18, 2), np.float32)})
    whole, read = path.read_bytes(), 0
    for _ in range(1000):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        path.write_bytes(data[: rng.integers(len(data) // 2, len(data) + 1)])
        try:
            read += bool(read_examples(path))
        except ValueError as error:
            assert "is not a file of example styles" in str(error)
    assert read < 1000
