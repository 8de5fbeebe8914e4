import numpy as np
import torch
from PIL import Image

from scripts.benchmark_training.rows import SETTINGS, Row, new_distiller


def test_figures_follow_from_the_seconds_of_reading_and_training(tmp_path):
    Image.fromarray(np.zeros((40, 80, 3), np.uint8)).save(tmp_path / "a.jpg")
    setting = SETTINGS["fp32"]
    row = Row(setting, [tmp_path / "a.jpg"], (32, 16), 2, new_distiller(setting, 4, torch.device("cpu")))
    row.turn()
    assert len(row.reading) == len(row.training) == 1 and row.trainer.steps == 1
    row.reading, row.training = [9.0, 0.1, 0.1], [9.0, 0.8, 0.8]
    figures = row.figures()
    assert (figures["step_images_per_s"], figures["read_ms_per_frame"]) == (2.5, 100)
    assert np.isclose(figures["images_per_s"], 1 / (0.4 + 0.2)) and np.isclose(figures["waiting_share"], 1 / 3)
