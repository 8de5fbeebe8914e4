#!/usr/bin/env bash
# Train the teachers that translate Viper (A) to Cityscapes (B), G_A, and back, G_B.
#   bash scripts/unsup_recycle/train_teacher_v2c.sh                          on the built-in sample, with a narrow G_B
#   bash scripts/unsup_recycle/train_teacher_v2c.sh --dataroot /data [more train.py flags]   below it Viper and
#                                                                            Cityscapes_sequence, or {train,val}/{A,B}
# With a dataset the content loss needs saved_models/vgg_normalised.pth (--vgg_path). --lambda_content_A 0
# --lambda_content_B 0 switches it off.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--model unsup_single --which_model_netG resnet_6blocks --resize_mode rectangle --pool_size 0
  --lambda_spa_unsup_A 10 --lambda_spa_unsup_B 10 --lambda_unsup_cycle_A 10 --lambda_unsup_cycle_B 10
  --lambda_cycle_A 0 --lambda_cycle_B 0 --batchSize 1 --noise_level 0.001)

if [ -z "$dataroot" ]; then
  make_sample
  run train.py "${flags[@]}" --dataroot "$sample" --dataset_mode video --dataset_option v2c \
    --name v2c_teacher_sample --continue_train --ngf 64 --ngf_B 16 --ndf 32 --amp auto --lambda_identity 5 \
    --loadSizeW 272 --loadSizeH 136 --fineSizeW 160 --fineSizeH 128 \
    --lambda_content_A 0 --lambda_content_B 0 --niter 3 --niter_decay 1 --save_latest_freq 360 --display_freq 360
fi

layout=(--dataset_mode unaligned_scale)
if [ -d "$dataroot/Viper" ]; then layout=(--dataset_mode video --dataset_option v2c); fi
run train.py "${flags[@]}" "${layout[@]}" --name v2c_teacher \
  --loadSizeW 542 --loadSizeH 286 --fineSizeW 512 --fineSizeH 256 \
  --lambda_content_A 1 --lambda_content_B 1 --niter 2 --niter_decay 0
