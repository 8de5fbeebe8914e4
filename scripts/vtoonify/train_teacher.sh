#!/usr/bin/env bash
# Train a small VToonify that draws cartoons. A classical filter supervises it; the published one was trained otherwise.
#   bash scripts/vtoonify/train_teacher.sh                          on the built-in talking heads
#   bash scripts/vtoonify/train_teacher.sh --dataroot faces.mp4 [more train.py flags]   face videos: a file, or a
#                                                                   folder, with or without {train,val}/
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--model vtoonify --dataset_mode videofile --width 96 --resize_mode square --loadSize 144 --fineSize 96
  --flip --batchSize 2 --lr 2e-3 --beta1 0.9 --niter 120 --niter_decay 180 --val_clips 6
  --print_freq 80 --save_latest_freq 400 --display_freq 400)

if [ -z "$dataroot" ]; then
  make_heads
  run train.py "${flags[@]}" --dataroot "$heads" --name vtoonify_heads --continue_train
fi
if ! given --val_clips && [ ! -d "$dataroot/val" ]; then flags+=(--val_clips 0); fi
run train.py "${flags[@]}" --name vtoonify_faces
