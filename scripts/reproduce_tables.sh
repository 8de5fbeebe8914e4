#!/usr/bin/env bash
# Run every task of the paper whose data and checkpoints are here. Write one table: our figures beside the published ones.
#   bash scripts/reproduce_tables.sh [--out docs/tables] [--reuse] [--v2c_root DIR] [--v2l_root DIR] [test.py flags]
# --reuse takes finished runs from --results_dir as they are. The row of a task that cannot run says what is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

exec "$PYTHON" "$root/scripts/reproduce_tables.py" "$@"
