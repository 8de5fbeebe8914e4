"""What train.py trains: value of --model -> function (options, device) -> task."""

from options.build.tasks import fcn8s, shortcut_v2v, unsup_single, vtoonify

TASKS = {
    "ShortcutV2V": shortcut_v2v.new_task,
    "unsup_single": unsup_single.new_task,
    "vtoonify": vtoonify.new_task,
    "fcn8s": fcn8s.new_task,
}
