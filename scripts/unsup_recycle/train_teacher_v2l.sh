#!/usr/bin/env bash
# Train the teachers that turn Viper's video (A) into label maps (B), and label maps into video.
#   bash scripts/unsup_recycle/train_teacher_v2l.sh                          small ones on the built-in sample
#   bash scripts/unsup_recycle/train_teacher_v2l.sh --dataroot /data [more train.py flags]   {train,val}/{A,B} below it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--model unsup_single --which_model_netG resnet_6blocks --resize_mode rectangle --pool_size 0
  --lambda_spa_unsup_A 10 --lambda_spa_unsup_B 0 --lambda_unsup_cycle_A 0 --lambda_unsup_cycle_B 10
  --lambda_cycle_A 10 --lambda_cycle_B 10 --lambda_content_A 0 --lambda_content_B 0 --batchSize 1 --noise_level 0.001)

link_labels() { # the sample's frames and label maps, once more in the layout of this task
  local split
  for split in train val; do
    mkdir -p "$sample/$split/A" "$sample/$split/B"
    ln -sf "$root/$sample/Viper/$split"/img/*/*.jpg "$sample/$split/A"
    ln -sf "$root/$sample/Viper/$split"/cls/*/*.png "$sample/$split/B"
  done
}

if [ -z "$dataroot" ]; then
  make_sample
  if [ -d "$sample/Viper" ]; then link_labels; fi
  run train.py "${flags[@]}" --dataroot "$sample" --dataset_mode video --dataset_option v2l \
    --name v2l_teacher_sample --continue_train --ngf 16 --ndf 32 \
    --loadSizeW 272 --loadSizeH 144 --fineSizeW 256 --fineSizeH 128 --niter 3 --niter_decay 1
fi

run train.py "${flags[@]}" --dataroot "$dataroot" --dataset_mode unaligned_scale --name v2l_teacher \
  --loadSizeW 286 --loadSizeH 286 --fineSizeW 256 --fineSizeH 256 --niter 5 --niter_decay 0
