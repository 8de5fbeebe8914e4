import pytest
import torch

from models.translator import Translator
from tests.tiny import block, teacher, video


def outputs(interval, refresh_output="teacher"):
    translator = Translator(teacher(), block(), interval, refresh_output)
    return [translator.step(frame) for frame in video()]


def test_interval_one_is_the_teacher():
    made = teacher()
    for frame, output in zip(video(), outputs(1), strict=True):
        torch.testing.assert_close(output, made(frame))


def test_reference_frames_are_exact_and_the_rest_are_not():
    made = teacher()
    exact = [torch.allclose(y, made(x), atol=1e-6) for x, y in zip(video(), outputs(3), strict=True)]
    assert exact == [True, False, False, True, False, False, True]


def test_skipped_frames_are_the_blocks_prediction_from_the_last_reference():
    made, predict, frames = teacher(), block().eval(), video()
    a_ref, a = made.head(frames[3]), made.head(frames[5])
    expected = made.tail(predict(a_ref, a, made.body(a_ref)).feature)
    torch.testing.assert_close(outputs(3)[5], expected)


def test_the_distance_counts_up_from_every_reference():
    translator = Translator(teacher(), block(), 3)
    distances = []
    for frame in video():
        distances.append(translator.distance)
        translator.step(frame)
    assert distances == [0, 1, 2, 0, 1, 2, 0]


def test_the_published_refresh_shows_the_prediction_from_the_old_reference_and_still_renews_it():
    made, predict, frames = teacher(), block().eval(), video()
    shown = outputs(3, "shortcut")
    a_ref, a = made.head(frames[0]), made.head(frames[3])
    torch.testing.assert_close(shown[3], made.tail(predict(a_ref, a, made.body(a_ref)).feature))
    torch.testing.assert_close(shown[0], made(frames[0]))
    torch.testing.assert_close(shown[5], outputs(3)[5])


def test_a_prediction_shown_on_a_reference_frame_lies_a_whole_interval_from_its_reference():
    translator = Translator(teacher(), block(), 3, "shortcut")
    seen = []
    for frame in video():
        seen.append((translator.distance, translator.refreshes))
        translator.step(frame)
    assert seen == [(0, True), (1, False), (2, False), (3, True), (1, False), (2, False), (3, True)]


def test_reset_forgets_the_video():
    translator = Translator(teacher(), block(), 3)
    first = [translator.step(frame) for frame in video()]
    translator.reset()
    again = [translator.step(frame) for frame in video()]
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


def test_a_frame_of_another_size_is_refused_until_reset():
    translator = Translator(teacher(), block(), 3)
    translator.step(video()[0])
    with pytest.raises(ValueError, match=r"one size; call reset\(\)"):
        translator.step(video(height=32)[0])
    translator.reset()
    translator.step(video(height=32)[0])


@pytest.mark.parametrize(("interval", "refresh"), [(0, "teacher"), (3, "none")])
def test_wrong_settings_are_refused(interval, refresh):
    with pytest.raises(ValueError, match="must be"):
        Translator(teacher(), block(), interval, refresh)
