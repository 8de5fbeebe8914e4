#!/usr/bin/env bash
# Translate Viper's label maps to video with teacher and Shortcut, and measure quality and cost. A segmentation network
# (--seg_weights; without a dataset the bundled one) checks the classes that the video shows.
#   bash scripts/unsup_recycle/test_l2v.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_l2v.sh --dataroot /data [more test.py flags]    below it {train,val}/{A,B}, A video, B
#                                                                           label maps; or a video of label maps
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task l2v
if [ -z "$dataroot" ]; then
  # The sample's clips have Viper's numbers, but not its weather.
  segmenter=(--no-seg_conditions --seg_weights checkpoints/demo_l2v/latest_net_FCN8s.pth)
fi
test_on_clips ${segmenter[@]+"${segmenter[@]}"}
