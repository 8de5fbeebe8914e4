#!/usr/bin/env bash
# Translate Viper clips to the look of Cityscapes with teacher and Shortcut, and measure quality and cost.
#   bash scripts/unsup_recycle/test_v2c.sh                                  the built-in sample, bundled checkpoints
#   bash scripts/unsup_recycle/test_v2c.sh --dataroot /data [more test.py flags]    a dataset, or a video file
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

flags=(--dataset_mode video --dataset_option v2c --results_dir ./results/ --which_epoch latest --max_interval 3 --compare)
published=(--name ShortcutV2V_unsup_v2c --main_G_path "$published_teacher")
demo=(--checkpoints_dir ./checkpoints --name demo_v2c --main_G_path "$demo_teacher"
  --skip_idx_start 4 --skip_idx_end 22)

if [ -z "$dataroot" ]; then
  make_sample
  run test.py "${flags[@]}" "${demo[@]}" --dataroot "$sample" --fineSizeW 256 --fineSizeH 128
fi

flags+=(--dataroot "$dataroot" --how_many 10)
if [ -f "$dataroot" ]; then flags+=(--dataset_mode videofile --resize_mode none); fi
if given --name || given --main_G_path || given --checkpoints_dir ||
  { [ -f "$published_teacher" ] && [ -f "$published_shortcut" ]; }; then
  run test.py "${flags[@]}" "${published[@]}"
fi
echo "no published checkpoints ($published_teacher, $published_shortcut): using the bundled demo checkpoints" >&2
run test.py "${flags[@]}" "${demo[@]}"
