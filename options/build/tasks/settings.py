"""Which options every part of a resumed run must share."""

from options.flags.teachers import flags_of_other_families
from options.record import ONE_CALL, REMOVED, Options


def fixed_settings(opt: Options) -> dict[str, object]:
    """The options that have an effect on what is trained and so must stay the same when the run is resumed."""
    free = ONE_CALL | opt.may_change | flags_of_other_families(opt)
    return {**REMOVED, **{name: value for name, value in vars(opt).items() if name not in free}}
