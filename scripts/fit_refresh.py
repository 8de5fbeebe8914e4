"""Choose the threshold of the adaptive refresh on validation clips; chart cost and quality of refresh policies."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from data import Clip, unused_files  # noqa: E402
from data.stream import frames, size_of  # noqa: E402
from models.evaluation.baselines import BASELINES  # noqa: E402
from models.evaluation.pipeline_cost import measure_cost  # noqa: E402
from models.evaluation.refresh_fit.chart import write_chart  # noqa: E402
from models.evaluation.refresh_fit.curve import Point, comparison, write_csv  # noqa: E402
from models.evaluation.refresh_fit.target import Target  # noqa: E402
from models.evaluation.refresh_fit.trial import Trial, TrialClip, frame_ms  # noqa: E402
from models.shortcut.inference import optimize  # noqa: E402
from models.streaming.stages import Stages, eager  # noqa: E402
from options.build.faces import first_face  # noqa: E402
from options.build.teacher import load_teacher  # noqa: E402
from options.build.translator import load_block  # noqa: E402
from options.fit_options import FitOptions  # noqa: E402
from options.record import Options, describe  # noqa: E402
from options.test_options import chosen_clips  # noqa: E402
from util import image, log, runtime  # noqa: E402
from util.files import prepare_folder, replacing, to_json  # noqa: E402
from util.runtime import finish  # noqa: E402

FIRST_INTERVAL = 2  # the shortest fixed interval that skips frames
ROUNDS, STEPS = 3, 3  # each round divides the gap beside a target by STEPS + 1


def fit(opt: Options) -> int:
    """Write the fitted threshold, beside the checkpoint or to --fit_dir, and the curve that it was found on."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    clips, how_many = chosen_clips(opt)
    teacher, teacher_id = load_teacher(opt, device, first_face(opt, clips))
    block, block_id = load_block(opt, teacher, teacher_id, device)
    width, height = size_of(clips[0], opt.fine_size)
    x = image.blank((width, height), device)
    macs = measure_cost(teacher, block, x, opt.max_interval, backend=opt.deform_backend)["macs"]
    fitted = prepare_folder(Path(opt.fit_dir or opt.run_dir)) / f"{opt.which_epoch}_refresh.json"
    print(describe(opt), *unused_files(opt.layout, Path(opt.dataroot), opt.split), sep="\n")
    print(log.facts({"device": device, "clips": how_many, "size": f"{width}x{height}", "macs": macs, "to": fitted}))
    if opt.dry_run:
        return 0

    stages = eager(teacher.for_inference(), optimize(block, opt.deform_backend, opt.hold))
    trial = new_trial(opt, clips, stages, macs, device)
    fixed, adaptive = first_curve(trial, opt)
    compared = fixed[opt.target_interval - FIRST_INTERVAL]
    equal = {
        "equal cost": Target(macs=compared.amortised_macs),
        "equal PSNR": Target(psnr=compared.pooled_psnr),
    }
    target = own_target(opt, macs["teacher"]) or equal["equal cost"]
    adaptive = refined(trial, adaptive, [*equal.values(), target])
    baselines = [p for name in BASELINES for p in trial.measure_baseline(name, intervals(opt))] if opt.baselines else []
    curve = write_curve(opt, fitted, fixed, adaptive, baselines)
    chosen = best(opt, target, adaptive)
    identity = {"shortcut_fingerprint": block_id, "teacher_fingerprint": teacher_id, "clips": [c.name for c in clips]}
    write_threshold(fitted, opt, chosen, identity)
    print(comparison(compared, *(t.best(adaptive) for t in equal.values()), chosen))
    print(f"threshold {chosen.setting:g}: {fitted}\ncurve: {curve}.csv, {curve}.svg")
    if opt.fit_dir:
        print(f"to use it: --refresh adaptive --refresh_threshold {chosen.setting:g} --max_interval {opt.max_interval}")
    return 0


def new_trial(
    opt: Options, clips: Sequence[Clip], stages: Stages, macs: Mapping[str, float], device: torch.device
) -> Trial:
    """Return the trial of all policies on the clips; frames are timed on the first clip."""
    timed = [frame.to(device) for frame in frames(clips[0], opt.fine_size, 2)]
    trial_clips = [trial_clip(opt, clip, device) for clip in clips]
    return Trial(trial_clips, stages, opt.max_interval, macs, frame_ms(stages, timed[0], timed[-1]))


def trial_clip(opt: Options, clip: Clip, device: torch.device) -> TrialClip:
    """Return a clip with its frames on the device; the length of a video file is not known beforehand."""

    def read() -> Iterator[Tensor]:
        return (frame.to(device) for frame in frames(clip, opt.fine_size, opt.max_frames))

    length = min(len(clip.frames), opt.max_frames or len(clip.frames)) or None
    return TrialClip(clip.name, read, length)


def first_curve(trial: Trial, opt: Options) -> tuple[list[Point], list[Point]]:
    """Return the points of every fixed interval up to --max_interval, and of a range of thresholds."""
    points = trial.measure(intervals(opt), trial.thresholds(), "curve")
    return points[: len(intervals(opt))], points[len(intervals(opt)) :]


def intervals(opt: Options) -> range:
    """Return the fixed intervals to measure."""
    return range(FIRST_INTERVAL, opt.max_interval + 1)


def own_target(opt: Options, teacher_macs: float) -> Target | None:
    """Return the target that the flags name; None: to cost at most as much as the fixed interval."""
    if opt.target_psnr is not None:
        return Target(psnr=opt.target_psnr)
    return None if opt.target_saving is None else Target(macs=teacher_macs / opt.target_saving)


def refined(trial: Trial, adaptive: Sequence[Point], targets: Sequence[Target]) -> list[Point]:
    """Return `adaptive` with more points where it crosses a target, from the smallest threshold to the largest."""
    points = list(adaptive)
    for number in range(ROUNDS):
        if between := {setting for target in targets for setting in target.nearer(points, STEPS)}:
            points += trial.measure([], sorted(between), f"refine {number + 1}/{ROUNDS}")
    return sorted(points, key=lambda p: p.setting)


def best(opt: Options, target: Target, adaptive: Sequence[Point]) -> Point:
    """Return the adaptive point that meets the target best.

    Raises:
        ValueError: no point reaches the target; the message says what can be reached.
    """
    if chosen := target.best(adaptive):
        return chosen
    nearest = max(adaptive, key=lambda p: p.saving if target.psnr is None else p.pooled_psnr)
    raise ValueError(
        f"the target {asked(opt)} is out of reach on these clips with --max_interval {opt.max_interval}: the nearest "
        f"is threshold {nearest.setting:g}, {nearest.pooled_psnr:.2f} dB (pooled) at a saving of {nearest.saving:.3f}"
    )


def asked(opt: Options) -> dict[str, float]:
    """Return the target of the flags as {"psnr" or "saving" or "interval": value}."""
    given = {"psnr": opt.target_psnr, "saving": opt.target_saving, "interval": opt.target_interval}
    return dict([next(item for item in given.items() if item[1] is not None)])


def write_curve(
    opt: Options, fitted: Path, fixed: Sequence[Point], adaptive: Sequence[Point], baselines: Sequence[Point]
) -> Path:
    """Write the points as CSV and as a chart, and return their path without ".csv" and ".svg".

    The chart leaves the baselines out, which lie far below.
    """
    path = Path(opt.curve) if opt.curve else fitted.with_suffix("")
    prepare_folder(path.parent)
    write_csv(path.with_name(path.name + ".csv"), [*fixed, *adaptive, *baselines])
    write_chart(path.with_name(path.name + ".svg"), fixed, adaptive, f"{opt.name}: when to refresh the reference")
    return path


def write_threshold(path: Path, opt: Options, chosen: Point, identity: Mapping[str, object]) -> None:
    """Write <epoch>_refresh.json, which test.py reads for --refresh adaptive."""
    names = ("psnr", "pooled_psnr", "amortised_macs", "saving", "refresh_share")
    measured = {name: getattr(chosen, name) for name in names}
    record = {"threshold": chosen.setting, "max_interval": opt.max_interval, "target": asked(opt), "measured": measured}
    with replacing(path) as partial:
        partial.write_text(to_json({**record, **identity}, indent=2) + "\n")


if __name__ == "__main__":
    finish("fit_refresh.py", lambda: fit(FitOptions().parse(sys.argv[1:])))
