#!/usr/bin/env bash
# Distil a Shortcut block for a VToonify teacher.
#   bash scripts/vtoonify/train.sh                              the demo's teacher, a short run on the built-in
#                                                               talking heads; stop it and call it again: it goes on
#   bash scripts/vtoonify/train.sh STYLE --dataroot faces/ [more train.py flags]   published weights; STYLE: cartoon1,
#                                                               arcane2, ...; any face videos: a file, or a folder, with
#                                                               or without {train,val}/
#   bash scripts/vtoonify/train.sh --dataroot faces/ --main_G_path vtoonify.pt   other weights
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
source "$root/scripts/vtoonify/styles.sh"

vtoonify=(--teacher vtoonify --dataset_mode videofile)
demo=("${vtoonify[@]}" --main_G_path checkpoints/demo_vtoonify/latest_net_vtoonify.pth)

# A CPU can make few steps only, so: L1 terms alone, and a block that starts by showing the reference again.
short=(--max_interval 4 --h_dim 24 --g_layers 4 --l_layers 3 --init_type reuse --init_gain 1 --mask_initial -1
  --lr 3e-3 --flip --lambda_L1_out 50 --perceptual none --lambda_D 0 --lambda_D_T 0
  --resize_mode square --loadSize 144 --fineSize 128 --batchSize 2 --niter 45 --niter_decay 30
  --print_freq 48 --save_latest_freq 600 --display_freq 600 --val_frames 12)

if [ -z "$dataroot" ] && [ -z "$style" ]; then
  make_heads
  run train.py "${demo[@]}" "${short[@]}" --dataroot "$heads" --name vtoonify_heads_shortcut --continue_train
fi
if ! given --val_clips && { [ -z "$dataroot" ] || [ ! -d "$dataroot/val" ]; }; then vtoonify+=(--val_clips 0); fi
if [ -z "$style" ] && ! given --main_G_path; then
  echo "no style and no --main_G_path given: distilling into the bundled demo teacher" >&2
  run train.py "${vtoonify[@]}" "${demo[@]}" "${short[@]}" --name vtoonify_faces_shortcut
fi
run train.py "${vtoonify[@]}" --name ShortcutV2V_vtoonify --h_dim 64 --max_interval 3 \
  --resize_mode square --loadSize 288 --fineSize 256 ${style_flags[@]+"${style_flags[@]}"}
