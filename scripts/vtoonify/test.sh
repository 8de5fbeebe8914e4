#!/usr/bin/env bash
# Stylise face videos with a VToonify and its Shortcut, and measure quality and cost.
#   bash scripts/vtoonify/test.sh                               the built-in talking heads, bundled demo checkpoints
#   bash scripts/vtoonify/test.sh --dataroot clip.mp4 [more test.py flags]   the face in a video, or in each video
#                                                               of a folder; --face all: every face
#   bash scripts/vtoonify/test.sh STYLE --dataroot clip.mp4     with published weights; STYLE: cartoon1, arcane2, ...
#   bash scripts/vtoonify/test.sh --dataroot clip.mp4 --main_G_path vtoonify.pt --name RUN   with other weights
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
source "$root/scripts/vtoonify/styles.sh"

vtoonify=(--teacher vtoonify --dataset_mode videofile)
demo=("${vtoonify[@]}" --main_G_path checkpoints/demo_vtoonify/latest_net_vtoonify.pth)

flags=(--which_epoch latest --results_dir ./results/)
own=("${demo[@]}" --checkpoints_dir ./checkpoints --name demo_vtoonify --hold 0.1)

if [ -z "$dataroot" ] && [ -z "$style" ]; then
  make_heads
  run test.py "${flags[@]}" "${own[@]}" --dataroot "$heads" --resize_mode square --fineSize 144
fi
flags+=(--resize_mode none --scale_image --paste)
if [ -n "$style" ]; then run test.py "${flags[@]}" "${vtoonify[@]}" "${style_flags[@]}"; fi
if given --model_file; then run test.py "${flags[@]}" "${vtoonify[@]}"; fi
if given --main_G_path; then run test.py "${flags[@]}" "${vtoonify[@]}" --name ShortcutV2V_vtoonify; fi
echo "no style and no --main_G_path given: using the bundled demo checkpoints" >&2
# The demo was trained on heads of about this size.
run test.py "${flags[@]}" "${own[@]}" --eye_distance 26 --padding 72,72,72,72
