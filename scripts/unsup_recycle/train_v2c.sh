#!/usr/bin/env bash
# Distil a Shortcut into the teacher that turns Viper into Cityscapes.
#   bash scripts/unsup_recycle/train_v2c.sh                                  a short run on the built-in sample; call
#                                                                            again after a stop and it goes on
#   bash scripts/unsup_recycle/train_v2c.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--dataset_mode video --dataset_option v2c --tensorboard_dir tensorboard/)

if [ -z "$dataroot" ]; then
  make_sample
  # Few steps on a CPU have to do: L1 terms alone, and a block that starts from reuse. The published objective is below.
  # Distances up to 12, near ones more often, so that every interval up to 13 and adaptive refreshes can be used.
  run train.py "${flags[@]}" --dataroot "$sample" --name v2c_sample --continue_train --max_interval 13 --gaps near \
    --main_G_path "$demo_teacher" --skip_idx_start 4 --skip_idx_end 22 --h_dim 16 --g_layers 5 --l_layers 4 \
    --init_type reuse --init_gain 1 --mask_initial -1 --lr 3e-3 --flip \
    --lambda_L1_out 50 --perceptual none --lambda_D 0 --lambda_D_T 0 \
    --loadSizeW 272 --loadSizeH 136 --fineSizeW 256 --fineSizeH 128 \
    --batchSize 2 --niter 125 --niter_decay 55 --print_freq 96 --save_latest_freq 960 --display_freq 960
fi

if [ -f "$dataroot" ]; then flags+=(--dataset_mode videofile); fi
run train.py "${flags[@]}" --dataroot "$dataroot" --name ShortcutV2V_unsup_v2c \
  --main_G_path "$published_teacher" --feat_ch 128 --h_dim 64 --skip_idx_start 5 --skip_idx_end 17 \
  --max_interval 3 --batchSize 16 --niter 3000 --niter_decay 200 --save_latest_freq 2000
