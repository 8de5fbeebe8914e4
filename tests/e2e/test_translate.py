"""Films and pictures through scripts/translate.py, as a user calls it."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from data.video import Video
from options.translate_options import TranslateOptions
from scripts.translate import translate
from tests.e2e.test_train import run as train
from tests.helpers.models import model
from tests.helpers.runs import CPU, ROOT, distil, torchrun
from tests.helpers.sound_films import film, sound
from tests.helpers.tiny import teacher
from util import distributed
from util.image import to_tensor, to_uint8

SCRIPT = ROOT / "scripts" / "translate.sh"
Y4M = b"YUV4MPEG2 W20 H12 F30000:1001 Ip A1:1 C420jpeg\n"
Y4M_FRAME = 20 * 12 * 3 // 2


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return model(tmp_path_factory.mktemp("models") / "tiny", threshold=0.5)


@pytest.fixture
def run(tiny, tmp_path):
    """Translate `words` into <tmp_path>/out; the exit status."""

    def ran(*words, out=tmp_path / "out"):
        flags = [*words, "-o", out, "--model", tiny, *CPU]
        return translate(TranslateOptions().parse([str(flag) for flag in flags]))

    return ran


def listed(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_films_and_pictures_of_one_call(run, tmp_path, write_frames, capsys):
    (tmp_path / "in").mkdir()
    source = film(tmp_path / "in" / "a.mp4")
    write_frames(tmp_path / "clip", ["1.png", "2.png"], (21, 13))
    [still] = write_frames(tmp_path, ["still.png"])
    assert run(tmp_path / "in", tmp_path / "clip", still) == 0
    assert listed(tmp_path / "out") == ["a.mp4", "clip.mp4", "still.png"]
    before, after = Video(source), Video(tmp_path / "out" / "a.mp4")
    assert [f.time for f in before.frames()] == [f.time for f in after.frames()] and before.size == after.size
    assert sound(source) == sound(tmp_path / "out" / "a.mp4")
    assert Image.open(tmp_path / "out" / "still.png").size == (32, 16)
    told = capsys.readouterr()
    assert "a.mp4: frames 12, reference frames " in told.out and "15/15" in told.err


def test_what_failed_is_listed_while_the_rest_is_done(run, tmp_path, capsys):
    film(tmp_path / "good.mp4")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("no film")
    cut = film(tmp_path / "cut.mkv", times=range(60))
    cut.write_bytes(cut.read_bytes()[:600])
    words = [tmp_path / name for name in ("empty.mp4", "good.mp4", "text.mp4", "cut.mkv", "none.mp4")]
    assert run(*words, "97") == 1
    assert listed(tmp_path / "out") == ["good.mp4"]
    told = capsys.readouterr().err
    assert "5 of 6 inputs failed" in told and "camera 97 is not there" in told
    for name in ("empty.mp4", "text.mp4", "cut.mkv", "none.mp4"):
        assert f"{name}: " in told


def test_a_second_call_does_what_is_left_and_keeps_the_rest(run, tmp_path, capsys):
    for name in ("a.mp4", "b.mp4"):
        film(tmp_path / name)
    run(tmp_path / "a.mp4")
    first = (tmp_path / "out" / "a.mp4").stat().st_mtime_ns
    assert run(tmp_path / "a.mp4", tmp_path / "b.mp4") == 0
    assert "1 of 2 outputs are finished already" in capsys.readouterr().out
    assert (tmp_path / "out" / "a.mp4").stat().st_mtime_ns == first
    with pytest.raises(FileExistsError, match=r"--overwrite replaces them:\n.*a\.mp4"):
        run(tmp_path / "a.mp4", "--hold", "0.2")
    assert run(tmp_path / "a.mp4", "--hold", "0.2", "--overwrite") == 0
    assert (tmp_path / "out" / "a.mp4").stat().st_mtime_ns != first


def test_two_processes_share_the_inputs(tiny, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        film(tmp_path / "in" / name)
    (tmp_path / "in" / "broken.mp4").write_bytes(b"no film")
    flags = [str(flag) for flag in (tmp_path / "in", "-o", tmp_path / "out", "--model", tiny, *CPU)]
    process = torchrun("scripts/translate.py", flags)
    told, errors = process.communicate()
    assert process.returncode != 0 and errors.count("1 of 4 inputs failed:\n") == 1 and "broken.mp4" in errors
    assert listed(tmp_path / "out") == ["a.mp4", "b.mp4", "c.mp4"] and "a.mp4: frames 12" in told
    assert "b.mp4: frames 12" in errors
    assert all(len(list(Video(tmp_path / "out" / name).frames())) == 12 for name in listed(tmp_path / "out"))


def test_a_stream_to_standard_output_is_of_one_process(run, tmp_path, monkeypatch):
    monkeypatch.setattr(distributed, "start", lambda patience: None)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match="translate.py -o - runs as one process, but WORLD_SIZE is 2"):
        run(film(tmp_path / "a.mp4"), out="-")


def test_a_folder_that_cannot_be_written_is_told_before_any_work(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot write into folder"):
        run(film(tmp_path / "a.mp4"), out=tmp_path / "file" / "out")


def script(*words, **more):
    env = {**os.environ, "PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(["bash", SCRIPT, *map(str, words), *CPU], env=env, **more)


def test_y4m_through_two_pipes_without_ffmpeg(tiny, tmp_path):
    frames = [bytes([40 + 100 * (n % 2)]) * 240 + bytes([128]) * 120 for n in range(7)]
    sent = Y4M + b"".join(b"FRAME\n" + frame for frame in frames)
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with script("-", "-o", "-", "--model", tiny, cwd=tmp_path, **pipe) as process:
        made, told = process.communicate(sent, timeout=120)
    assert process.returncode == 0, told.decode()
    header, _, rest = made.partition(b"\n")
    assert {b"W20", b"H12", b"F30000:1001", b"C420jpeg"} <= set(header.split())
    assert len(rest) == 7 * (len(b"FRAME\n") + Y4M_FRAME) and b"frames 7" in told


def test_a_full_disk_is_one_sentence(tiny, tmp_path):
    source = film(tmp_path / "a.mp4", times=range(40), size=(320, 240))
    with (
        open("/dev/full", "wb") as full,
        script(source, "-o", "-", "--model", tiny, stdout=full, stderr=subprocess.PIPE) as ran,
    ):
        told = ran.communicate(timeout=120)[1].decode()
    assert ran.returncode == 1 and "No space left on device" in told and "Traceback" not in told


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_stopped_half_way_is_finished_by_the_next(number, status, run, tiny, tmp_path):
    first, long = film(tmp_path / "a.mp4"), film(tmp_path / "b.mp4", times=range(200), size=(96, 64))
    out = tmp_path / "out"
    words = [first, long, "-o", out, "--model", tiny]
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731  a suite in the background ignores it
    with script(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heard) as process:
        while not (out / "b.mp4.partial").exists():
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, number)
        assert process.wait(timeout=60) == status
    assert [name for name in listed(out) if name.endswith(".mp4")] == ["a.mp4"]
    done = (out / "a.mp4").stat().st_mtime_ns
    assert run(*words[:2], out=out) == 0 and listed(out) == ["a.mp4", "b.mp4"]
    assert (out / "a.mp4").stat().st_mtime_ns == done
    assert sum(1 for _ in Video(out / "b.mp4").frames()) == 200


def test_a_training_leaves_a_description_that_translate_takes(tmp_path):
    train(distil(tmp_path))
    source = film(tmp_path / "a.mp4", times=range(3))
    flags = [str(source), "-o", str(tmp_path / "out"), "--model", "tiny", "--checkpoints_dir", str(tmp_path / "runs")]
    assert (tmp_path / "runs" / "tiny" / "model.yaml").is_file()
    assert translate(TranslateOptions().parse([*flags, *CPU])) == 0
    assert listed(tmp_path / "out") == ["a.mp4"]


def test_pictures_are_translated_by_the_whole_teacher(run, tiny, tmp_path, write_frames):
    [still] = write_frames(tmp_path, ["still.png"])
    run(still)
    expected = to_uint8(teacher()(to_tensor(np.asarray(Image.open(still)))[None])[0])
    made = np.asarray(Image.open(tmp_path / "out" / "still.png"))
    assert np.abs(made.astype(int) - expected).max() <= 1
