#!/usr/bin/env bash
# Turn Viper's label maps into video with teacher and Shortcut; measure quality, cost, and what a segmentation network
# sees in it (--seg_weights, without a dataset the bundled one).
#   bash scripts/unsup_recycle/test_l2v.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_l2v.sh --dataroot /data [more test.py flags]    {train,val}/{A,B} below it, A video, B
#                                                                           label maps; or a video of label maps
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task l2v
if [ -z "$dataroot" ]; then
  # The sample borrows Viper's clip numbers, not its weather.
  judge=(--no-seg_conditions --seg_weights checkpoints/demo_l2v/latest_net_FCN8s.pth)
fi
test_on_clips ${judge[@]+"${judge[@]}"}
