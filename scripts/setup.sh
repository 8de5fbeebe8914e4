#!/usr/bin/env bash
# Set PYTHON to an interpreter that satisfies requirements.txt: the given PYTHON, or else python3, python or .venv. If none
# of them does, make or complete .venv. Other scripts source this file; `bash scripts/setup.sh` only sets up.
# They may call `need FILE`, too.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

satisfies() {
  new_enough "$1" && "$1" "$root/scripts/requirements_met.py" "$root/requirements.txt" >/dev/null
}

check_given() {
  case "$PYTHON" in
    /*) ;;
    */*) PYTHON="$PWD/$PYTHON" ;; # the scripts change directory
  esac
  new_enough "$PYTHON" || { echo "set-up: PYTHON=$PYTHON does not run, or is older than Python 3.10" >&2; exit 1; }
  satisfies "$PYTHON" || { echo "set-up: $PYTHON -m pip install -r $root/requirements.txt" >&2; exit 1; }
}

find_python() {
  local candidate
  for candidate in python3 python "$root/.venv/bin/python"; do
    if [ "$candidate" = "$root/.venv/bin/python" ] && [ -e "$root/.venv.unfinished" ]; then continue; fi
    if satisfies "$candidate" 2>/dev/null; then PYTHON="$candidate"; return; fi
  done
  for candidate in python3 python python3.13 python3.12 python3.11 python3.10; do
    if new_enough "$candidate"; then PYTHON="$("$candidate" "$root/scripts/environment.py")" || exit 1; return; fi
  done
  echo "set-up: no python3 of version 3.10 or newer found; install one, or set PYTHON to it" >&2
  exit 1
}

need() { # FILE: install the packages of this requirements file that are missing
  "$PYTHON" "$root/scripts/requirements_met.py" "$root/$1" 2>/dev/null && return
  echo "installing what $1 lists into the environment of $PYTHON" >&2
  "$PYTHON" -m pip install --quiet --disable-pip-version-check -r "$root/$1" >&2 || {
    echo "set-up: cannot install what this script needs: $PYTHON -m pip install -r $root/$1" >&2
    exit 1
  }
}

if [ -n "${PYTHON:-}" ]; then check_given; else find_python; fi
export PYTHON

if [ "${BASH_SOURCE[0]}" = "$0" ]; then echo "set-up: ready, $PYTHON"; fi
