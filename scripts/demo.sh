#!/usr/bin/env bash
# Open a page on this machine that translates a video by a teacher and by its Shortcut, side by side.
#   bash scripts/demo.sh                                     the bundled demo demo_v2c is chosen at first
#   bash scripts/demo.sh --model demo_vtoonify --port 8000
#   bash scripts/demo.sh --help                              all flags
# Needs requirements-demo.txt.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_module scripts.demo
