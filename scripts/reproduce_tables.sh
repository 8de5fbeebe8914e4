#!/usr/bin/env bash
# Run every task of the paper whose data and checkpoints are here, and write its table with our figures beside what has
# been published.
#   bash scripts/reproduce_tables.sh [--out docs/tables] [--reuse] [--v2c_root DIR] [--v2l_root DIR] [test.py flags]
# --reuse takes finished runs from --results_dir as they are; what is missing for the others is said in their rows.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

exec "$PYTHON" "$root/scripts/reproduce_tables.py" "$@"
