#!/usr/bin/env bash
# Translate Viper clips to the look of Cityscapes with teacher and Shortcut, and measure quality and cost.
#   bash scripts/unsup_recycle/test_v2c.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_v2c.sh --dataroot /data [more test.py flags]    a dataset, or a video file
#   bash scripts/unsup_recycle/test_v2c.sh --refresh adaptive               a reference whenever the picture asks for it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--results_dir ./results/ --compare)
if ! given --refresh; then flags+=(--max_interval 3); fi # an adaptive refresh has an interval of its own
if [ -n "$dataroot" ]; then flags+=(--how_many 10); fi
run_v2c test.py "${flags[@]}"
