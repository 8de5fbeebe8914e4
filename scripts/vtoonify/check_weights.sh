#!/usr/bin/env bash
# Say which of VToonify's published files are there, whether they are complete, and where to get the missing ones.
#   bash scripts/vtoonify/check_weights.sh                      in checkpoints/vtoonify
#   bash scripts/vtoonify/check_weights.sh FOLDER
set -euo pipefail
caller="$PWD"
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
cd "$caller"
exec "$PYTHON" "$root/scripts/vtoonify_weights.py" "${1:-$root/checkpoints/vtoonify}"
