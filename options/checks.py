"""What one flag alone cannot show: each problem is one sentence that names the flag and the value."""

from pathlib import Path

from data import UNPAIRED
from options.flags.losses import shortcut_weights
from options.flags.metrics import methods_of
from options.flags.teachers import family_of, weights_problems
from options.record import Options
from util import distributed

PUBLISHED_TEACHER = "checkpoints/v2c_teacher/latest_net_G_A.pth"
VTOONIFYS = "VToonify's below checkpoints/vtoonify/, see README"
HOW_TO_GET_DATA = (
    "`python -m data.samples.street` makes the built-in sample in datasets/sample, "
    "`bash scripts/unsup_recycle/test_v2c.sh` without arguments makes and uses it"
)


def name_problems(opt: Options) -> list[str]:
    is_name = opt.name not in {"", ".", ".."} and Path(opt.name).name == opt.name
    return [] if is_name else [f"--name must be one folder name, got {opt.name!r}"]


def dataroot_problems(opt: Options) -> list[str]:
    missing = f"--dataroot is missing: give the root of the dataset; {HOW_TO_GET_DATA}"
    return [missing] if opt.dataroot is None else []


def size_problems(opt: Options) -> list[str]:
    names = {"rectangle": ("fineSizeW", "fineSizeH"), "square": ("fineSize",), "none": ()}[opt.resize_mode]
    multiple = family_of(opt).size_multiple
    wrong = {name: size for name in names if (size := getattr(opt, name)) % multiple}
    return [f"--{name} must be a multiple of {multiple}, got {size}" for name, size in wrong.items()]


def crop_problems(opt: Options) -> list[str]:
    if opt.resize_mode == "none":
        return ["--resize_mode none is for test.py only: training needs one size, use rectangle or square"]
    pairs = {"rectangle": ("SizeW", "SizeH"), "square": ("Size",)}[opt.resize_mode]
    sizes = [(p, getattr(opt, f"fine{p}"), getattr(opt, f"load{p}")) for p in pairs]
    return [f"--fine{p} {fine} does not fit into --load{p} {load}" for p, fine, load in sizes if fine > load]


def process_problems(opt: Options) -> list[str]:
    found, processes = [], distributed.world_size()
    if opt.batchSize % processes:
        found.append(f"--batchSize is that of all {processes} processes and must be a multiple, got {opt.batchSize}")
    if opt.dtype != "float32" and opt.val_clips:
        found.append(f"--dtype {opt.dtype} is for checks without validation: --val_clips 0, got {opt.val_clips}")
    return found


def shortcut_problems(opt: Options) -> list[str]:
    found = weights_problems(opt, PUBLISHED_TEACHER)
    if opt.max_interval < 2:
        found.append(f"--max_interval must be at least 2 in training, got {opt.max_interval}: 1 has no skipped frames")
    if opt.dataset_mode == "unaligned_scale":
        found.append("--dataset_mode unaligned_scale has no clips: it needs --model unsup_single")
    if not any(shortcut_weights(opt).values()):
        found.append("every weight of the Shortcut's losses is 0: nothing to train")
    return found


def refresh_problems(opt: Options) -> list[str]:
    found, adaptive = [], "adaptive" in methods_of(opt)
    if opt.refresh_threshold is not None and not adaptive:
        found.append(f"--refresh_threshold {opt.refresh_threshold:g} needs --refresh adaptive, got --refresh fixed")
    if adaptive and opt.refresh_output == "shortcut":
        found.append("--refresh_output shortcut would show another scene after a cut: not with --refresh adaptive")
    if opt.refresh_mode == "spread" and adaptive:
        found.append("--refresh_mode spread needs an interval known beforehand: --refresh fixed, got adaptive")
    if opt.refresh_mode == "spread" and opt.max_interval == 1:
        found.append(f"--refresh_mode spread needs --max_interval of at least 2, got {opt.max_interval}")
    return found


def unsup_problems(opt: Options) -> list[str]:
    found = []
    if opt.flip:
        found.append("--flip has no effect on --model unsup_single: frames of two domains are never mirrored")
    if opt.layout not in UNPAIRED:
        known = ", ".join(sorted(UNPAIRED))
        found.append(f"--model unsup_single needs two domains, one of {known}; got {opt.layout} of {opt.dataset_mode}")
    if (opt.lambda_content_A or opt.lambda_content_B) and not Path(opt.vgg_path).is_file():
        found.append(
            f"--vgg_path {opt.vgg_path}: no such file; the content loss needs the AdaIN vgg_normalised.pth there, "
            "or switch it off with --lambda_content_A 0 --lambda_content_B 0"
        )
    return found


def segmenter_problems(opt: Options) -> list[str]:
    needs = "--model fcn8s needs video frames with their label maps, --dataset_mode video --dataset_option v2l"
    found = [] if opt.layout == "v2l" else [f"{needs}; got {opt.layout} of {opt.dataset_mode}"]
    return [*found, *_cache_problems(opt)]


def _cache_problems(opt: Options) -> list[str]:
    if not opt.frame_cache:
        return []
    return [f"--frame_cache keeps frames for --model ShortcutV2V and unsup_single, got --model {opt.model}"]


def cartoon_problems(opt: Options) -> list[str]:
    found = _cache_problems(opt)
    if opt.width % 16:
        found.append(f"--width must be a multiple of 16, got {opt.width}")
    if opt.dataset_mode == "unaligned_scale":
        found.append("--dataset_mode unaligned_scale has no clips: it needs --model unsup_single")
    if opt.fine_size and any(n % 8 for n in opt.fine_size):
        found.append("--model vtoonify needs a fine size of multiples of 8, got {} x {}".format(*opt.fine_size))
    return found
