#!/usr/bin/env bash
# Translate Viper's video to label maps with teacher and Shortcut, and measure quality, cost and the accuracy of the labels.
#   bash scripts/unsup_recycle/test_v2l.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_v2l.sh --dataroot /data [more test.py flags]    below it {train,val}/{A,B}, A video, B
#                                                                           label maps; or a video file
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task v2l
if [ -z "$dataroot" ]; then weather=(--no-seg_conditions); fi # the sample's clips have Viper's numbers, not its weather
test_on_clips ${weather[@]+"${weather[@]}"}
