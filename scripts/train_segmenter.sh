#!/usr/bin/env bash
# Train an FCN-8s on video frames (A) and their label maps (B): it says which class each pixel of a street scene shows.
# test_l2v.sh measures its translated video with it (--seg_weights).
#   bash scripts/train_segmenter.sh                                    a small one on the sample; 15 minutes of one core
#   bash scripts/train_segmenter.sh --dataroot /data [more train.py flags]   {train,val}/{A,B} below it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

use_task v2l
flags=(--model fcn8s --resize_mode rectangle "${dataset_flags[@]}" --flip --beta1 0.9 --continue_train)

if [ -z "$dataroot" ]; then
  make_sample
  run train.py "${flags[@]}" --dataroot "$sample" "${sample_load[@]}" "${sample_size[@]}" --name segmenter_sample \
    --fcn_width 8 --fcn_hidden 64 --batchSize 2 --lr 2e-3 --niter 5 --niter_decay 3 \
    --val_clips 13 --val_frames 8 --print_freq 240 --save_latest_freq 1920 --display_freq 1920
fi

run train.py "${flags[@]}" --name segmenter "${paper_load[@]}" "${paper_size[@]}" \
  --batchSize 4 --lr 1e-3 --niter 20 --niter_decay 20
