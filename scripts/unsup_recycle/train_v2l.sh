#!/usr/bin/env bash
# Distil a Shortcut into the teacher that turns Viper's video into label maps.
#   bash scripts/unsup_recycle/train_v2l.sh                                  a short run on the built-in sample; call
#                                                                            again after a stop and it goes on
#   bash scripts/unsup_recycle/train_v2l.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task v2l
distil
