"""What the scripts draw where no dataset is given."""

import os
import signal
import subprocess
import time

import pytest

from tests.helpers.scripts import ON_SAMPLE, SCRIPTS, STYLES, name, script, shown


@pytest.mark.parametrize("path", [p for p in SCRIPTS if p.parent.name != "vtoonify"], ids=name)
def test_a_test_draws_the_val_split_of_the_sample_alone_and_a_training_all_of_it(path, workplace):
    drawn = "-m data.samples.street --root datasets/sample"
    alone = not path.name.startswith("train")
    assert (f"{drawn} --split val" in shown(path)[1]) == alone
    if alone:
        assert f"{drawn}\n" in shown(path, "--phase", "train")[1]


@pytest.mark.parametrize("path", [script("test_v2c"), STYLES.with_name("test.sh")], ids=name)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_script_that_is_ended_ends_the_drawing_of_its_sample_first(path, number, status, tmp_path):
    drawing = "trap 'touch ended; kill $!; exit' TERM; touch begun; sleep 60 & wait"
    stub = f"#!/bin/sh\ncase $* in *sample*) {drawing} ;; esac\n"
    (tmp_path / "python").write_text(stub.replace("touch ", f"touch {tmp_path}/"))
    (tmp_path / "python").chmod(0o755)
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": str(tmp_path / "python")}
    heard = lambda: signal.signal(number, signal.SIG_DFL)  # noqa: E731  a suite in the background ignores Ctrl-C
    with subprocess.Popen(["bash", path], env=env, stderr=subprocess.DEVNULL, preexec_fn=heard) as process:
        while not (tmp_path / "begun").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(timeout=30) == status
    assert (tmp_path / "ended").exists()


def test_a_sample_that_cannot_be_drawn_ends_the_script(tmp_path):
    (tmp_path / "python").write_text("#!/bin/sh\ncase $* in *sample*) exit 3 ;; *) echo $* ;; esac\n")
    (tmp_path / "python").chmod(0o755)
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": str(tmp_path / "python")}
    for path in ON_SAMPLE:
        ran = subprocess.run(["bash", path], env=env, capture_output=True)
        assert (ran.returncode, ran.stdout) == (3, b"")


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("path", ON_SAMPLE, ids=name)
def test_help_draws_no_sample(path, flag):
    arguments, told = shown(path, flag)
    assert arguments[-1] == flag and told == ""
