#!/usr/bin/env bash
# Lay out Viper with the published split: 56 clips to train on, 21 held out, all of Viper's own train set. Only links are made.
#   bash scripts/prepare_viper.sh DOWNLOADED ROOT      then, for example, test_v2c.sh --dataroot ROOT
# DOWNLOADED holds train/img/<clip>/<clip>_<frame>.jpg, as the archives of https://playing-for-benchmarks.org/download/ unpack.
set -euo pipefail

fail() {
  echo "prepare_viper.sh: error: $1" >&2
  exit 1
}

if [ $# -ne 2 ]; then
  echo "usage: bash scripts/prepare_viper.sh DOWNLOADED ROOT" >&2
  exit 2
fi
source="" clips=77
for folder in "$1/train/img" "$1/img" "$1"; do
  if [ -d "$folder/001" ]; then source="$(cd "$folder" && pwd)" && break; fi
done
if [ -z "$source" ]; then fail "$1 holds no train/img/001: unpack the archives of Viper's train set there"; fi
if [ -e "$2/Viper" ]; then fail "$2/Viper is there already: remove it, or give another folder"; fi

missing=()
for ((number = 1; number <= clips; number++)); do
  printf -v clip '%03d' "$number"
  frame="$(find -L "$source/$clip" -maxdepth 1 -name "${clip}_*" -print -quit 2>/dev/null || true)"
  if [ -z "$frame" ]; then missing+=("$clip"); fi
done
if [ ${#missing[@]} -gt 0 ]; then fail "$source lacks frames of ${#missing[@]} of $clips clips: ${missing[*]}"; fi

split_of() { # CLIP: val or train
  case "$1" in
    02[5-9] | 04[0-3] | 06[3-9] | 07[3-7]) echo val ;;
    *) echo train ;;
  esac
}

unfinished="$2/Viper.partial"
rm -rf "$unfinished"
mkdir -p "$unfinished/train/img" "$unfinished/val/img"
for ((number = 1; number <= clips; number++)); do
  printf -v clip '%03d' "$number"
  ln -s "$source/$clip" "$unfinished/$(split_of "$clip")/img/$clip"
done
mv "$unfinished" "$2/Viper"

for split in train val; do
  links=("$2/Viper/$split/img"/*)
  frames="$(find -L "${links[@]}" -maxdepth 1 -type f | wc -l)"
  echo "$2/Viper/$split: ${#links[@]} clips, $((frames)) frames"
done
