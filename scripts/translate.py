"""Translate films and pictures with a teacher and its Shortcut, and write nothing but the translation."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path

from av.error import FFmpegError
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from data.jobs.done import is_done, request_of  # noqa: E402
from data.jobs.inputs import frames_of  # noqa: E402
from data.jobs.movie import STDOUT  # noqa: E402
from data.jobs.outputs import Job, new_jobs, prepare  # noqa: E402
from data.jobs.run import run_job  # noqa: E402
from options.build.translation import Networks, describe_networks, form_of, inputs_of  # noqa: E402
from options.record import Options  # noqa: E402
from options.translate_options import TranslateOptions  # noqa: E402
from util import distributed, exchange, runtime  # noqa: E402
from util.runtime import USER_ERRORS, finish  # noqa: E402

BAR = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"
PATIENCE = timedelta(days=1)  # for the process with the longest films
Failure = tuple[str, str]  # the input, and why
Tell = Callable[[str], object]


def translate(opt: Options) -> int:
    """Translate every input; 1 if some failed, which the last lines then list. Several processes share the inputs."""
    distributed.start(PATIENCE)
    tell = partial(print, file=sys.stderr if opt.out == "-" else sys.stdout, flush=True)
    inputs, failed, notes = inputs_of(opt)
    for note in (*opt.notes, *notes):
        tell(note)
    jobs, asked = new_jobs(inputs, opt.out, opt.codec), len(inputs) + len(failed)
    if opt.out == "-":
        distributed.refuse("translate.py -o -")
    if own_jobs := distributed.own(jobs):
        device = runtime.prepare(0, opt.gpu_ids)
        networks = Networks(opt, device)
        tell(describe_networks(opt, networks, device))
        failed += run_jobs(opt, networks, own_jobs, tell)
    failed = list(dict.fromkeys(chain.from_iterable(exchange.gather(failed))))
    if failed and distributed.is_main():
        reasons = "\n  ".join(f"{told}: {reason}" for told, reason in failed)
        print(f"translate.py: {len(failed)} of {asked} inputs failed:\n  {reasons}", file=sys.stderr)
    return 1 if failed else 0


def run_jobs(opt: Options, networks: Networks, jobs: Sequence[Job], tell: Tell) -> list[Failure]:
    """Do the jobs that are not done; return those that failed."""
    requests = {job: request_of(job, networks.settings) for job in jobs}
    todo = [job for job in jobs if not is_done(job, requests[job])]
    if skipped := len(jobs) - len(todo):
        tell(f"{skipped} of {len(jobs)} outputs are finished already and are kept")
    prepare(todo, [job for job in todo if job.output != STDOUT and job.output.exists()], opt.overwrite)
    failed: list[Failure] = []
    if not todo:
        return failed
    lengths = [frames_of(job.input, opt.max_frames) for job in todo]
    total = None if None in lengths else sum(filter(None, lengths))
    shown = {"bar_format": BAR, "position": distributed.local_rank()}
    with tqdm(total=total, unit="frame", dynamic_ncols=True, **shown) as bar:
        write = partial(bar.write, file=sys.stdout if opt.out != "-" and distributed.is_main() else sys.stderr)
        for job in todo:
            bar.set_postfix_str(job.input.name)
            try:
                write(run(opt, networks, job, requests[job], bar.update))
            except (*USER_ERRORS, FFmpegError) as error:
                failed.append((job.input.told, str(error)))
    return failed


def run(opt: Options, networks: Networks, job: Job, request: dict[str, object], done: Callable[[], object]) -> str:
    """Do one job; return what came of it, in words."""
    film, networks_of_film, start = job.input.open(), networks.begin(), time.perf_counter()
    count, notes = run_job(job, film, networks_of_film, form_of(opt), request, done)
    rate = count / (time.perf_counter() - start)
    told = f"{job.output}: frames {count}, {networks_of_film.told}, {rate:.1f} frames a second"
    return "\n".join([told, *(f"  {note}" for note in [*networks.notes, *notes])])


if __name__ == "__main__":
    finish("translate.py", lambda: translate(TranslateOptions().parse(sys.argv[1:])), parallel=True)
