#!/usr/bin/env bash
# Kill a training at random moments, resume it each time, and compare every file with an uninterrupted run's.
#   bash scripts/soak.sh [--kills 40] [--seed 0]        about ten minutes
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export OMP_NUM_THREADS=1 # the networks are tiny
exec "$PYTHON" scripts/soak.py ${args[@]+"${args[@]}"}
