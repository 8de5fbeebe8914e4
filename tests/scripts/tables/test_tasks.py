import os
import subprocess

from options.test_options import TestOptions
from scripts.tables.tasks import ROOT, TITLES, entries


def planned(root):
    return entries(root / "v2c", root / "v2l")


def test_every_task_has_an_entry_with_a_script(tmp_path):
    found = planned(tmp_path)
    assert {entry.task for entry in found} == set(TITLES) - {"all"}
    assert all(entry.script.is_file() for entry in found)


def test_scripts_run_what_the_table_looks_for(tmp_path):
    """The run's name, its checkpoints and its data are those that the script settles by itself."""
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": "echo"}
    for entry in planned(tmp_path):
        command = ["bash", entry.script, *entry.flags, "--results_dir", "out"]
        words = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
        opt = TestOptions().parser().parse_args([word for word in words[1:] if word != "--"])
        assert (opt.name, opt.which_epoch) == (entry.run, "latest")
        block = ROOT / opt.checkpoints_dir / opt.name / "latest_net_ShortcutV2V.pth"
        assert {ROOT / opt.main_G_path, block} <= {path.absolute() for path in entry.needs}
        assert entry.setting == "demo" or any(str(path).startswith(opt.dataroot) for path in entry.needs)


def test_a_demo_shows_both_refreshes_where_one_was_fitted(tmp_path):
    for entry in planned(tmp_path):
        fitted = (ROOT / "checkpoints" / entry.run / "latest_refresh.json").is_file()
        assert ("fixed,adaptive" in " ".join(entry.flags)) == (entry.setting == "demo" and fitted)


def test_what_is_missing_is_named_with_where_it_comes_from(tmp_path):
    full = next(entry for entry in planned(tmp_path) if entry.setting == "full size" and entry.task == "v2l")
    told = full.missing()
    assert f"missing {tmp_path}/v2l/val/A, {tmp_path}/v2l/val/B (Recycle-GAN's" in told
    (tmp_path / "v2l" / "val" / "A").mkdir(parents=True)
    assert f"missing {tmp_path}/v2l/val/B (" in full.missing()
