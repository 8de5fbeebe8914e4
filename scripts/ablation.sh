#!/usr/bin/env bash
# Train the full-size block without and with each of its ideas, and write docs/ablation.json with a table beside it. What
# is finished is kept: stop it and call it again, it goes on.
#   bash scripts/ablation.sh                          what the block is made of, and both cuts: hours on a CPU
#   bash scripts/ablation.sh --task v2c --rows loss motion [--steps N] [--seeds N] [--out FILE.json] [more, see --help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -z "$dataroot" ]; then
  make_sample
  dataroot="$root/$sample"
fi
run_module scripts.ablation --dataroot "$dataroot"
