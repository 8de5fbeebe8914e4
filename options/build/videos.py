"""From options to the videos of a test: the results folder, and clips read, translated and written."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from torch import Tensor
from tqdm import tqdm

from data import Clip
from data.clip_writer import ClipWriter
from data.stream import Tell, fps_of, frames, size_of, timed_frames
from data.video.timed import Timed
from data.video.writer import VideoWriter
from models.evaluation.evaluate import EvaluationClip, FrameResult, frame_contexts
from models.evaluation.pipeline_cost import stream_methods
from models.evaluation.streams import Stream, time_streams
from models.streaming.refresh import Every
from models.streaming.translator import Translator
from options.base_options import DEFAULT_INTERVAL
from options.build.test_setup import TestSetup
from options.record import Options, save
from util import distributed
from util.files import prepare_folder
from util.report.record import SHORTCUT, remove_results
from util.report.verdict import FIXED

TIMED_CLIPS = 2  # whole videos are timed on this many clips


@contextmanager
def results_dir(opt: Options, folder: Path) -> Iterator[None]:
    """Keep `folder` for the results of this run; those of an earlier run are removed, so that they never mix.

    No other run can use the folder until the block ends.

    Raises:
        ValueError: the clips lie among those results.
        BlockingIOError: another run uses the folder.
    """
    if Path(opt.dataroot).resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"--dataroot {opt.dataroot} lies in {folder}, whose results are replaced: give another --name")
    try:
        with FileLock(prepare_folder(folder).with_name(f".{folder.name}.lock"), blocking=False):
            remove_results(folder)
            save(opt, folder / "options.yaml")
            yield
    except Timeout:
        message = f"another run writes to {folder}: wait for it, or give another --name or --results_dir"
        raise BlockingIOError(message) from None


def evaluation_clips(opt: Options, setup: TestSetup, folder: Path, tell: Tell) -> Iterator[EvaluationClip]:
    """Yield every clip of the run, ready to be evaluated, under a bar that counts frames; videos go to `folder`.

    Of several processes, each gets its own clips, and the main one shows its bar.

    Args:
        tell: see `data.stream.timed_frames`.
    """
    own = distributed.own(setup.clips)
    lengths = [min(len(clip.frames), opt.max_frames or len(clip.frames)) for clip in own]
    total = sum(lengths) if all(lengths) else None  # the length of a video file is not known beforehand
    with tqdm(total=total, unit="frame", dynamic_ncols=True, disable=not distributed.is_main()) as bar:
        for clip in own:
            bar.set_postfix_str(clip.name)
            size = size_of(clip, opt.fine_size)
            output_size = setup.output_size(size)
            truth = setup.metric_setup.truth_of(clip, output_size, opt.max_frames)
            inputs = Timed(timed_frames(clip, opt.fine_size, opt.max_frames, tell))
            yield EvaluationClip(
                clip.name,
                setup.translators.of(size),
                frame_contexts(clip.name, inputs, truth, setup.face_parts(clip)),
                _clip_writer(opt, clip, inputs, output_size, folder, bar),
            )


@contextmanager
def _clip_writer(
    opt: Options, clip: Clip, inputs: Timed[Tensor], size: tuple[int, int], folder: Path, bar: tqdm
) -> Iterator[Callable[[FrameResult], None]]:
    with ClipWriter(folder, clip, size, opt.fps, opt.compare, opt.save_image, opt.inside) as writer:

        def write(result: FrameResult) -> None:
            inside = result.explain() if opt.inside and result.explain else None
            writer.write(result.index, result.input, result.output, result.target, inside, inputs.next_time())
            bar.update()

        yield write


def time_whole_videos(opt: Options, setup: TestSetup, teacher_ms: float) -> dict[str, object]:
    """Return what `time_streams` measures, of a few clips from all over the run that have the size of the first one.

    The methods are the teacher, every Shortcut of the run and, if the main one is adaptive, "shortcut_fixed".
    """
    translators = setup.translators.of(setup.size)
    stages = translators[SHORTCUT].stages
    if opt.refresh == "adaptive" and FIXED not in translators:
        translators = {**translators, FIXED: Translator(stages, Every(DEFAULT_INTERVAL))}
    numbers = sorted({len(setup.clips) * part // TIMED_CLIPS for part in range(TIMED_CLIPS)})
    clips = [clip for n in numbers if size_of(clip := setup.clips[n], opt.fine_size) == setup.size]
    with tempfile.TemporaryDirectory() as folder:
        streams = [_stream(opt, setup, clip, Path(folder) / "video.mp4") for clip in clips]
        methods = stream_methods(stages, translators)
        return time_streams(streams, methods, teacher_ms, opt.max_frames, setup.x.device)


def _stream(opt: Options, setup: TestSetup, clip: Clip, path: Path) -> Stream:
    def read(limit: int) -> Iterator[Tensor]:
        contexts = frame_contexts(clip.name, frames(clip, opt.fine_size, limit), face_parts=setup.face_parts(clip))
        return (context.network_input for context in contexts)

    return Stream(clip.name, read, partial(VideoWriter, path, fps_of(clip) or opt.fps, setup.output_size(setup.size)))
