#!/usr/bin/env bash
# Stylise face videos with a VToonify and its Shortcut, and measure quality and cost.
#   bash scripts/vtoonify/test.sh                               the built-in talking heads, bundled demo checkpoints
#   bash scripts/vtoonify/test.sh --dataroot clip.mp4 [more test.py flags]   the face in a video, or in those of a
#                                                               folder; --face all: every face
#   bash scripts/vtoonify/test.sh --dataroot clip.mp4 --main_G_path vtoonify.pt --name RUN   with other weights
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
source scripts/vtoonify/task.sh

flags=(--which_epoch latest --results_dir ./results/)
if ! given --refresh; then flags+=(--max_interval 3); fi
own=("${demo[@]}" --checkpoints_dir ./checkpoints --name demo_vtoonify)

if [ -z "$dataroot" ]; then
  make_heads
  run test.py "${flags[@]}" "${own[@]}" --dataroot "$heads" --resize_mode square --fineSize 128
fi
flags+=(--dataroot "$dataroot" --resize_mode none --scale_image --paste)
if given --main_G_path; then run test.py "${flags[@]}" "${vtoonify[@]}" --name ShortcutV2V_vtoonify; fi
echo "no --main_G_path given: using the bundled demo checkpoints" >&2
# The demo learnt from heads of about this size.
run test.py "${flags[@]}" "${own[@]}" --eye_distance 24 --padding 64,64,72,72
