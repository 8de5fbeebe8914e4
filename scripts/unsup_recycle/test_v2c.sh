#!/usr/bin/env bash
# Translate Viper clips to the style of Cityscapes with teacher and Shortcut, and measure quality and cost.
#   bash scripts/unsup_recycle/test_v2c.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_v2c.sh --dataroot /data [more test.py flags]    a dataset, or a video file
#   bash scripts/unsup_recycle/test_v2c.sh --refresh adaptive               refresh when the picture requires it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task v2c
if [ -n "$dataroot" ]; then how_many=(--how_many 10); fi
test_on_clips ${how_many[@]+"${how_many[@]}"}
