from options.build.tasks.settings import fixed_settings
from options.record import Options


def test_settings_are_the_flags_with_an_effect_and_what_older_versions_had_flags_for():
    values = {"teacher": "recycle_gan", "lr": 1.0, "print_freq": 5, "style_id": 3}
    other = {**values, "teacher": "vtoonify"}
    always = {"vtoonify_skip": "residual"}
    assert fixed_settings(Options(values, {})) == {**always, "teacher": "recycle_gan", "lr": 1.0}
    assert fixed_settings(Options(other, {})) == {**always, "teacher": "vtoonify", "lr": 1.0, "style_id": 3}
