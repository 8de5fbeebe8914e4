#!/usr/bin/env bash
# Distil a Shortcut into the teacher that turns Viper into Cityscapes.
#   bash scripts/unsup_recycle/train_v2c.sh                                  a short run on the built-in sample; call
#                                                                            again after a stop and it goes on
#   bash scripts/unsup_recycle/train_v2c.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--dataset_mode video --dataset_option v2c --max_interval 3 --tensorboard_dir tensorboard/)

if [ -z "$dataroot" ]; then
  make_sample
  run train.py "${flags[@]}" --dataroot "$sample" --name v2c_sample --continue_train \
    --main_G_path "$demo_teacher" --perceptual teacher --ndf 16 --flip \
    --loadSizeW 272 --loadSizeH 144 --fineSizeW 256 --fineSizeH 128 \
    --batchSize 4 --niter 60 --niter_decay 20 --print_freq 40 --save_latest_freq 480
fi

if [ -f "$dataroot" ]; then flags+=(--dataset_mode videofile); fi
run train.py "${flags[@]}" --dataroot "$dataroot" --name ShortcutV2V_unsup_v2c \
  --main_G_path "$published_teacher" --feat_ch 128 --h_dim 64 --skip_idx_start 5 --skip_idx_end 17 \
  --batchSize 16 --niter 3000 --niter_decay 200 --save_latest_freq 2000
