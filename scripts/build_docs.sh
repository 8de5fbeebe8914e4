#!/usr/bin/env bash
# Build the documentation as a web site in site/, from docs/ and the README files. A broken link is an error.
#   bash scripts/build_docs.sh            build it; more arguments go to mkdocs
#   bash scripts/build_docs.sh serve      build it, show it on 127.0.0.1:8000, build it again after every change
# Packages of requirements-docs.txt that are missing are installed first.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

need requirements-docs.txt
command=build
if [ "${1:-}" = serve ]; then command=serve && shift; fi
exec "$PYTHON" -m mkdocs "$command" "$@"
