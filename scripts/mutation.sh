#!/usr/bin/env bash
# Put faults into the code, one at a time, and see whether tests fail. The state lies in results/mutation: a run that was
# stopped goes on, and one that is started again tries its survivors again. Delete the folder to start anew.
#   bash scripts/mutation.sh [--jobs N]        scripts/mutation/settings.yaml says what is tried; about an hour
# Needs requirements-dev.txt.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export OMP_NUM_THREADS=1 # the networks are tiny
run_module scripts.mutation
