#!/usr/bin/env bash
# Import every module under each supported interpreter, with the newest packages that the requirements allow it.
#   bash scripts/check_pythons.sh [VERSION...]     3.10 and 3.13 by default
# An interpreter is python<VERSION> on the PATH, or one of pyenv or uv. Each gets an environment in .pythons/<VERSION>, which is
# kept for the next call; PyTorch with CUDA takes several GB in each.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

find_interpreter() { # 3.10 -> a path to a python of that version
  local found
  for found in "$(command -v "python$1" || true)" "$(uv python find "$1" 2>/dev/null || true)" \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    if [ -n "$found" ] && "$found" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
      echo "$found"
      return
    fi
  done
  echo "no Python $1: install it, for example by 'uv python install $1' or pyenv" >&2
  return 1
}

check() {
  local python=".pythons/$1/bin/python" interpreter
  if ! [ -x "$python" ]; then
    interpreter="$(find_interpreter "$1")" || return 1
    "$interpreter" -m venv ".pythons/$1" || return 1
  fi
  if ! { "$python" scripts/requirements_met.py requirements.txt && "$python" scripts/requirements_met.py requirements-demo.txt; } 2>/dev/null; then
    echo "installing what requirements.txt and requirements-demo.txt list for Python $1: this takes some minutes, once" >&2
    "$python" -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-demo.txt || return 1
  fi
  "$python" scripts/import_all.py
}

status=0
for version in "${@:-3.10 3.13}"; do
  for one in $version; do check "$one" || status=1; done
done
exit "$status"
