#!/usr/bin/env bash
# Run what the documentation shows from beginning to end, in a short form: the tutorial of docs/your_generator.md and the
# notebook of examples/.
#   bash scripts/check_docs.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

"$PYTHON" scripts/check_notebook.py
"$PYTHON" scripts/check_tutorial.py
