#!/usr/bin/env bash
# Find where to cut a generator of your own, and print the flags that cut it there.
#   bash scripts/suggest_split.sh package.module:function --size 128x256 [--clip VIDEO] [--main_G_path FILE] [more, see --help]
#   bash scripts/suggest_split.sh image_to_image --main_G_path latest_net_G.pth --size 256x256
# The module lies in the folder from which you call the script. Without --clip it takes a clip of the built-in sample.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

clip=()
if ! typed --clip >/dev/null && ! given --help && ! given -h; then
  make_sample val
  clip=(--clip "$root/$sample/Viper/val/img/065")
fi
run_module scripts.suggest_split ${clip[@]+"${clip[@]}"}
