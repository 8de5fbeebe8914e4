"""The file of example styles, read without running anything."""

import os

import numpy as np
import pytest

from models.teachers.vtoonify.style_examples import read_examples


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
    [({"a": Harmful()}, "mkdir"), (np.zeros(3), "one dictionary"), ({"a": np.zeros((18, 16))}, r"\[1, 18, width\]")],
)
def test_other_files_are_refused_and_run_nothing(tmp_path, monkeypatch, content, told):
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "styles.npy", content, allow_pickle=True)
    with pytest.raises(ValueError, match=f"styles.npy is not a file of example styles .*{told}"):
        read_examples(tmp_path / "styles.npy")
    assert not (tmp_path / "made").exists()


def test_text_and_a_missing_file_are_refused(tmp_path):
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(ValueError, match="text.npy is not"):
        read_examples(tmp_path / "text.npy")
    with pytest.raises(FileNotFoundError, match="gone.npy"):
        read_examples(tmp_path / "gone.npy")
