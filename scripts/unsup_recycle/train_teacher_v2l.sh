#!/usr/bin/env bash
# Train the teachers that translate Viper's video (A) to label maps (B), G_A, and label maps to video, G_B.
#   bash scripts/unsup_recycle/train_teacher_v2l.sh                          small ones on the built-in sample
#   bash scripts/unsup_recycle/train_teacher_v2l.sh --dataroot /data [more train.py flags]   below it {train,val}/{A,B}
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--model unsup_single --which_model_netG resnet_6blocks --resize_mode rectangle --pool_size 0
  --lambda_spa_unsup_A 10 --lambda_spa_unsup_B 0 --lambda_unsup_cycle_A 0 --lambda_unsup_cycle_B 10
  --lambda_cycle_A 10 --lambda_cycle_B 10 --lambda_content_A 0 --lambda_content_B 0 --batchSize 1 --noise_level 0.001)

use_task v2l
if [ -z "$dataroot" ]; then
  make_sample
  run train.py "${flags[@]}" --dataroot "$sample" "${dataset_flags[@]}" "${sample_load[@]}" "${sample_size[@]}" \
    --name v2l_teacher_sample --continue_train --ngf 48 --ndf 32 --amp auto --motion_level 4 --shift_level 5 \
    --lambda_spa_unsup_B 10 --lambda_identity 5 --lambda_checkerboard 0.03 --niter 4 --niter_decay 2 --save_latest_freq 480 --display_freq 480
fi

run train.py "${flags[@]}" --dataset_mode unaligned_scale --name v2l_teacher \
  "${paper_load[@]}" "${paper_size[@]}" --niter 5 --niter_decay 0
