#!/usr/bin/env bash
# Fetch published weights to where the other scripts look for them, check them, and pin their SHA-256.
#   bash scripts/download_weights.sh                    what there is, what is here, and where the links stand
#   bash scripts/download_weights.sh FILE LINK          LINK: of Google Drive or any other; call it again to go on
#   bash scripts/download_weights.sh v2c_teacher/latest_net_G_A.pth https://drive.google.com/file/d/...
# Needs requirements-download.txt.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
exec "$PYTHON" "$root/scripts/download_weights.py" "$@"
