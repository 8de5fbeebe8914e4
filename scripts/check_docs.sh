#!/usr/bin/env bash
# Run what the documentation shows from beginning to end, in a short form: build the site, run the notebook of examples/ and
# the tutorials of docs/your_generator.md, and write all demos as ONNX graphs, which are compared with PyTorch.
#   bash scripts/check_docs.sh
# Packages of requirements-docs.txt and requirements-onnx.txt that are missing are installed first.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"

need requirements-onnx.txt
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

bash scripts/build_docs.sh --site-dir "$folder/site"
"$PYTHON" scripts/check_notebook.py
"$PYTHON" scripts/check_tutorial.py
for model in demo_v2c demo_v2l demo_l2v demo_vtoonify; do
  bash scripts/export_onnx.sh -o "$folder/$model" --model "$model"
done
