#!/usr/bin/env bash
# Images a second and peak memory of training steps by setting, beside the published loop's way, and of reading alone.
# The rows take turns in one process; each says its ratio to the first one, the published way.
#   bash scripts/benchmark_training.sh [--size W H] [--batch N] [--steps N] [--rows NAME;...] [--gpu_ids N] [--out FILE.json]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_module scripts.benchmark_training
