#!/usr/bin/env bash
# Distil a Shortcut block for the teacher that translates Viper's label maps to video.
#   bash scripts/unsup_recycle/train_l2v.sh                                  a short run on the built-in sample; stop
#                                                                            it and call it again: it goes on
#   bash scripts/unsup_recycle/train_l2v.sh --dataroot /data [more train.py flags]   the published run
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

use_task l2v
distil
