#!/usr/bin/env bash
# Time teacher and Shortcut frame by frame. The results go to docs/benchmarks/<machine>.json, with a table beside it.
#   bash scripts/benchmark.sh [--quick] [--case NAME] [--amp off|bf16|fp16|auto] [--gpu_ids N] [--repeats N] [--out FILE.json]
#   bash scripts/benchmark.sh --compare OLD.json [...]      measure, and show how each figure differs from OLD.json
#   bash scripts/benchmark.sh --profile [--case NAME]      only print where a skipped frame spends its time
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_module scripts.benchmark
