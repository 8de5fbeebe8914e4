#!/usr/bin/env bash
# Find the constants of block matching on training clips. Each choice of constants moves the reference's late features;
# the script prints how close the teacher's output from the moved features comes to the true output.
# models/shortcut/matching.py holds the constants.
#   bash scripts/fit_matching.sh [--task v2c v2l l2v] [--clips N] [--sharpness S ...] [--stillness S ...] [--window N ...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ -z "$dataroot" ]; then
  make_sample
  dataroot="$root/$sample"
fi
run_module scripts.fit_matching --dataroot "$dataroot"
