#!/usr/bin/env bash
# Train the full-size block with and without each of its ideas. The results go to docs/ablation.json, with a table beside it.
# Finished trainings are kept: stop the script and call it again, and it goes on.
#   bash scripts/ablation.sh                          all parts of the block, and both cuts; takes hours on a CPU
#   bash scripts/ablation.sh --task v2c --rows loss motion [--steps N] [--seeds N] [--out FILE.json] [more, see --help]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -z "$dataroot" ]; then
  make_sample
  dataroot="$root/$sample"
fi
run_module scripts.ablation --dataroot "$dataroot"
