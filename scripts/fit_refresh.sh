#!/usr/bin/env bash
# Find the threshold at which `--refresh adaptive` renews the reference, on the clips of the val split, and keep it beside
# the checkpoint; draw what it costs and shows beside fixed intervals.
#   bash scripts/fit_refresh.sh                                     the built-in sample, bundled checkpoints
#   bash scripts/fit_refresh.sh --dataroot /data [--target_psnr DB | --target_saving TIMES] [more flags, see --help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_v2c scripts/fit_refresh.py
