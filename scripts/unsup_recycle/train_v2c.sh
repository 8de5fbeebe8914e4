#!/usr/bin/env bash
# Distil a Shortcut into the teacher that turns Viper into Cityscapes.
#   bash scripts/unsup_recycle/train_v2c.sh                                  a short run on the built-in sample; call
#                                                                            again after a stop and it goes on
#   bash scripts/unsup_recycle/train_v2c.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task v2c
distil
