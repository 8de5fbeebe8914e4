#!/usr/bin/env bash
# Run the linter, the format check, the type check and the test suite.
#   bash scripts/run_tests.sh [--with-browser] [more pytest arguments]      a process per core, 4 at most; -n 0: one
# Packages of requirements-dev.txt that are missing are installed first. The report page is tested in Chromium. If there is
# none, --with-browser (or CI=true) installs the distribution's Chromium, which needs root. Without Chromium these tests are
# skipped.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

has_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

install_browser() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "no Chromium, and only root can install it, by apt-get: the report page is not tested in a browser" >&2
  elif ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2; then
    echo "apt-get cannot install chromium: the report page is not tested in a browser" >&2
  fi
}

with_browser="${CI:-false}"
if [ "${1:-}" = --with-browser ]; then with_browser=true && shift; fi
if [ "$with_browser" = true ] && ! has_browser >/dev/null; then install_browser; fi
need requirements-dev.txt

tools="$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("scripts"))')"
"$PYTHON" -m ruff check .
"$PYTHON" -m ruff format --check .
"$tools/shellcheck" .ci/run scripts/*.sh scripts/*/*.sh
"$PYTHON" -m basedpyright --pythonpath "$(command -v "$PYTHON")" # else it looks for packages elsewhere
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" # several processes share the cores
exec "$PYTHON" -m pytest -n auto --maxprocesses 4 --dist loadfile "$@"
