"""How far a frame travels from test.py to the networks: a reader has to follow these calls."""

import traceback
from pathlib import Path

from torch.nn.modules.module import register_module_forward_pre_hook

from models.shortcut.checkpoint import to_checkpoint
from options.test_options import TestOptions
from test import translate
from tests.helpers.runs import ROOT, save, stripes, teacher_file, translation
from tests.helpers.tiny import block, teacher
from util import checkpoint

MOST_CALLS = 6
OWN = {"models", "data", "options", "util", "test.py"}


def flags(folder):
    """The flags of test.py for one clip, a teacher and an untrained block."""
    for number in range(3):
        save(folder / "clips" / "a" / f"{number}.png", stripes(number, 0))
    teacher_file(folder / "teacher.pth")
    (folder / "runs" / "tiny").mkdir(parents=True)
    state = to_checkpoint(block(), checkpoint.fingerprint(teacher().uncut_weights()), teacher().split)
    checkpoint.save(folder / "runs" / "tiny" / "latest_net_ShortcutV2V.pth", state)
    return translation(folder, "--dataset_mode", "frames", "--dataroot", str(folder / "clips"), "--no-verdict")


def own_calls():
    """Names of our own functions on the stack, from test.py's `run_test` to the innermost; empty outside of it."""
    files = [(Path(call.filename), call.name) for call in traceback.extract_stack()]
    names = [name for file, name in files if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in OWN]
    return names[names.index("run_test") :] if "run_test" in names else []


def test_a_frame_reaches_the_first_layer_of_the_head_in_few_calls(tmp_path):
    stacks = []

    def record(module, inputs):
        calls = own_calls()
        if "evaluate_clip" in calls and not list(module.children()):
            stacks.append(calls)

    opt = TestOptions().parse(flags(tmp_path))
    hook = register_module_forward_pre_hook(record)
    try:
        translate(opt)
    finally:
        hook.remove()
    head = stacks[0]
    assert head[-2:] == ["step", "head"] and len(head) <= MOST_CALLS, head
