"""The flags of scripts/fit_refresh.py."""

import argparse

from options.base_options import LONGEST_INTERVAL
from options.parser import PATH, add_option, float_range, int_range, switch
from options.record import Options
from options.test_options import ClipOptions


class FitOptions(ClipOptions):
    """Options of choosing the threshold of the adaptive refresh on validation clips."""

    program = "fit_refresh.py"
    phase = "val"
    default_interval = LONGEST_INTERVAL

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        fit = parser.add_argument_group("fit", "what the threshold has to reach: a PSNR, a saving, or a fixed interval")
        add_option(
            fit,
            "--target_interval",
            int_range(2, 100_000),
            3,
            "compare with this fixed interval, and cost at most as much",
        )
        add_option(fit, "--target_psnr", float_range(1, 99), None, "reach this PSNR, pooled over all frames, in dB")
        add_option(
            fit,
            "--target_saving",
            float_range(1, 1e6),
            None,
            "compute this many times less than the teacher, amortised",
        )
        baselines = "measure reuse and flow warp at every fixed interval too, for scripts/cost_curve.py"
        switch(fit, "--baselines", False, baselines)
        add_option(fit, "--fit_dir", PATH, None, "where threshold and curve go; not given: beside the checkpoint")
        add_option(fit, "--curve", PATH, None, "write PATH.csv and PATH.svg; not given: beside the threshold")

    def problems(self, opt: Options) -> list[str]:
        found = super().problems(opt)
        if opt.target_psnr is not None and opt.target_saving is not None:
            found.append("--target_psnr and --target_saving exclude each other: give one")
        if opt.target_interval > opt.max_interval:
            most = f"at most --max_interval {opt.max_interval}"
            found.append(f"--target_interval must be {most}, got {opt.target_interval}")
        if opt.refresh_output != "teacher":
            found.append("--refresh_output shortcut has no adaptive refresh, so there is nothing to fit: give teacher")
        return found
