#!/usr/bin/env bash
# Distil a Shortcut into the teacher that turns Viper's label maps into video.
#   bash scripts/unsup_recycle/train_l2v.sh                                  a short run on the built-in sample; call
#                                                                            again after a stop and it goes on
#   bash scripts/unsup_recycle/train_l2v.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task l2v
distil
