#!/usr/bin/env bash
# Translate films and pictures with a teacher and its Shortcut. Write the translation alone, with the sound of its source.
#   bash scripts/translate.sh my_drive.mp4 -o translated.mp4                 the bundled demo demo_v2c
#   bash scripts/translate.sh me.mp4 clips/ 'more/*.mov' -o out/ --model demo_vtoonify     several inputs, a folder
#   ... | bash scripts/translate.sh - -o - --model RUN | ...                 y4m in and out
#   NPROC=2 bash scripts/translate.sh ...                                    two processes share the inputs, a GPU each
#   bash scripts/translate.sh --help                                         all inputs and flags
# Call it again after an interrupt: finished outputs are kept.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

launch
exec "$PYTHON" ${launcher[@]+"${launcher[@]}"} scripts/translate.py ${args[@]+"${args[@]}"}
