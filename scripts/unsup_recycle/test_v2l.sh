#!/usr/bin/env bash
# Turn Viper's video into label maps with teacher and Shortcut; measure quality, cost, and how right the labels are.
#   bash scripts/unsup_recycle/test_v2l.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_v2l.sh --dataroot /data [more test.py flags]    {train,val}/{A,B} below it, A video, B
#                                                                           label maps; or a video file
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task v2l
if [ -z "$dataroot" ]; then weather=(--no-seg_conditions); fi # the sample borrows Viper's clip numbers, not its weather
test_on_clips ${weather[@]+"${weather[@]}"}
