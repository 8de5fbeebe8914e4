"""What train.py trains: one file per value of --model."""

from options.build.tasks.fcn8s import SegmenterTask
from options.build.tasks.shortcut_v2v import ShortcutTask
from options.build.tasks.unsup_single import RecycleGanTask
from options.build.tasks.vtoonify import CartoonTask

TASKS = {
    "ShortcutV2V": ShortcutTask,
    "unsup_single": RecycleGanTask,
    "vtoonify": CartoonTask,
    "fcn8s": SegmenterTask,
}
