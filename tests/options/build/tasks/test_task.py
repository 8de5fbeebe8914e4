import torch

from options.build.tasks.task import PICTURED, Run, fixed_settings
from options.record import Options

CPU = torch.device("cpu")


def run(draw):
    rest = dict.fromkeys(["trainer", "dataset", "export", "networks", "validate", "settings", "facts"])
    return Run(device=CPU, inputs=("b", "a"), draw=draw, **rest)


def test_a_step_takes_the_inputs_in_their_order_and_nothing_else():
    a, b = torch.zeros(2), torch.ones(2)
    assert run(None).take({"a": a, "skipped": ["file"], "b": b}) == (b, a)


def test_a_picture_shows_the_first_few_of_a_batch():
    batch = {"a": torch.zeros(9, 3, 2, 2), "b": torch.ones(9, 3, 2, 2)}
    shapes = []
    picture = run(lambda b, a: shapes.extend([a.shape, b.shape]) or b[0]).picture(batch)
    assert shapes == [(PICTURED, 3, 2, 2)] * 2 and (picture == 1).all()


def test_settings_are_the_flags_with_an_effect_and_what_older_versions_had_flags_for():
    values = {"teacher": "recycle_gan", "lr": 1.0, "print_freq": 5, "style_id": 3}
    other = {**values, "teacher": "vtoonify"}
    always = {"vtoonify_skip": "residual"}
    assert fixed_settings(Options(values, {})) == {**always, "teacher": "recycle_gan", "lr": 1.0}
    assert fixed_settings(Options(other, {})) == {**always, "teacher": "vtoonify", "lr": 1.0, "style_id": 3}
