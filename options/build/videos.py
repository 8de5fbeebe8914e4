"""From options to the videos of a test: the results folder, and clips read, translated and written."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor
from tqdm import tqdm

from data import Clip
from data.stream import fps_of, frames, size_of
from data.video_writer import ClipWriter, VideoWriter
from models.evaluation.evaluate import EvaluationClip, FrameResult, frame_contexts
from models.evaluation.pipeline_cost import PASSES, StreamMethod, measure_streams, stream_methods
from models.streaming.refresh import Every
from models.streaming.translator import Translator
from options.base_options import BaseOptions
from options.build.faces import FaceClips, write_whole_frames
from options.build.test_setup import TestSetup
from options.record import Options, save
from util import image
from util.files import prepare_folder
from util.report.record import SHORTCUT, TEACHER, remove_results
from util.report.verdict import FIXED

CLIPS = 2  # whole videos are timed on this many clips
FEWEST, MOST = 24, 60  # frames of a pass over them, all clips together
BUDGET_MS = 60_000  # for all passes; a pass has the fewest frames at least


def prepare_results_dir(opt: Options, folder: Path) -> None:
    """Make `folder` ready for the results of this run; those of an earlier run are removed, so that they never mix.

    Raises:
        ValueError: the clips lie among those results.
    """
    if Path(opt.dataroot).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"--dataroot {opt.dataroot} lies in {folder}, whose results are replaced: give another --name")
    remove_results(prepare_folder(folder))
    save(opt, folder / "options.yaml")


def copy_faceless_videos(opt: Options, faces: Sequence[FaceClips], folder: Path) -> None:
    """Write videos without a face to `folder` as they are."""
    prepare_results_dir(opt, folder)
    write_whole_frames(opt, faces, folder)


def evaluation_clips(opt: Options, setup: TestSetup, folder: Path) -> Iterator[EvaluationClip]:
    """Yield every clip of the run, ready to be evaluated, under a bar that counts frames; videos go to `folder`."""
    with _progress(opt, setup.clips) as bar:
        for clip in setup.clips:
            bar.set_postfix_str(clip.name)
            size = size_of(clip, opt.fine_size)
            output_size = setup.output_size(size)
            truth = setup.metric_setup.truth_of(clip, output_size, opt.max_frames)
            inputs = frames(clip, opt.fine_size, opt.max_frames)
            yield EvaluationClip(
                clip.name,
                setup.translators.of(size),
                frame_contexts(clip.name, inputs, truth, setup.face_parts(clip)),
                _clip_writer(opt, clip, output_size, folder, bar),
            )


@contextmanager
def _clip_writer(
    opt: Options, clip: Clip, size: tuple[int, int], folder: Path, bar: tqdm
) -> Iterator[Callable[[FrameResult], None]]:
    with ClipWriter(folder, clip, size, opt.fps, opt.compare, opt.save_image, opt.inside) as writer:

        def write(result: FrameResult) -> None:
            inside = result.explain() if opt.inside and result.explain else None
            writer.write(result.index, result.input, result.output, result.target, inside)
            bar.update()

        yield write


def _progress(opt: Options, clips: list[Clip]) -> tqdm:
    """A bar over all frames; without an end if the length of a video is not known beforehand."""
    is_known = all(clip.frames for clip in clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in clips]
    return tqdm(total=sum(lengths) if is_known else None, unit="frame", dynamic_ncols=True)


def time_streams(opt: Options, setup: TestSetup, latency_ms: Mapping[str, Mapping[str, float]]) -> dict[str, object]:
    """Time whole videos, read, translated and written by one method after the other while nothing else runs.

    Returns:
        "ms": name -> {"median", "p95"} per frame, of the teacher, of every Shortcut of the run and, if the main one is
            adaptive, of "shortcut_fixed".
        "clips": their names.
        "frames": how many frames they have together.
    """
    methods = _stream_methods(opt, setup)
    clips = _clips_to_time(opt, setup)
    affordable = int(BUDGET_MS / (PASSES * len(methods) * latency_ms[TEACHER]["median"]))
    limit = min(max(affordable, FEWEST), MOST) // len(clips)
    limit = min(limit, opt.max_frames or limit)
    count = sum(1 for clip in clips for _ in frames(clip, opt.fine_size, limit))  # all files are in memory from now on
    with tempfile.TemporaryDirectory() as folder:

        def play(method: StreamMethod) -> None:
            for clip in clips:
                _translate(opt, setup, method, clip, limit, Path(folder) / "video.mp4")

        ms = measure_streams(methods, play, count, setup.x.device)
    return {"ms": ms, "clips": [clip.name for clip in clips], "frames": count}


def _stream_methods(opt: Options, setup: TestSetup) -> dict[str, StreamMethod]:
    translators = setup.translators.of(setup.size)
    stages = translators[SHORTCUT].stages
    if opt.refresh == "adaptive" and FIXED not in translators:
        translators = {**translators, FIXED: Translator(stages, Every(BaseOptions.default_interval))}
    return stream_methods(stages, translators)


def _clips_to_time(opt: Options, setup: TestSetup) -> list[Clip]:
    """A few clips from all over the run that have the size of the first one."""
    numbers = sorted({len(setup.clips) * part // CLIPS for part in range(CLIPS)})
    return [clip for n in numbers if size_of(clip := setup.clips[n], opt.fine_size) == setup.size]


def _translate(opt: Options, setup: TestSetup, method: StreamMethod, clip: Clip, limit: int, path: Path) -> None:
    """Translate the clip's first frames by one method and write them as a video."""
    method.reset()
    with VideoWriter(path, fps_of(clip) or opt.fps, setup.output_size(setup.size)) as video:
        for frame in _network_inputs(opt, setup, clip, limit):
            video.write(image.to_uint8(method.step(frame)[0]))


def _network_inputs(opt: Options, setup: TestSetup, clip: Clip, limit: int) -> Iterator[Tensor]:
    contexts = frame_contexts(clip.name, frames(clip, opt.fine_size, limit), face_parts=setup.face_parts(clip))
    return (context.network_input for context in contexts)
