#!/usr/bin/env bash
# Find the threshold of `--refresh adaptive` on the clips of the val split. Write it beside the checkpoint; for a bundled
# demo write it to results/. Draw cost and quality of adaptive refreshes and of fixed intervals.
#   bash scripts/fit_refresh.sh                                     the built-in sample, bundled checkpoints
#   bash scripts/fit_refresh.sh v2l                                 another task: v2c (default), v2l, l2v
#   bash scripts/fit_refresh.sh --dataroot /data [--target_psnr DB | --target_saving TIMES] [more flags, see --help]
set -euo pipefail
task=v2c
case "${1:-}" in v2c | v2l | l2v) task="$1" && shift ;; esac
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

use_task "$task"
demo_flags+=(--fit_dir "results/demo_$task") # a bundled demo's own files stay as they are
run_on_clips scripts/fit_refresh.py
