#!/usr/bin/env bash
# Write a teacher and its Shortcut as ONNX graphs: head, body, tail, block, and the whole skipped frame.
#   bash scripts/export_onnx.sh -o graphs/ --model demo_v2c
#   bash scripts/export_onnx.sh --help                        all flags
# Needs requirements-onnx.txt. Every graph is compared with PyTorch before it is written.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

exec "$PYTHON" scripts/export_onnx.py ${args[@]+"${args[@]}"}
