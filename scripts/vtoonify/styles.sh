#!/usr/bin/env bash
# Print each published style and the file of its weights.
#   bash scripts/vtoonify/styles.sh
# test.sh and train.sh source this file. If the first argument is the name of a published style, it is taken out of `args`.
#   style        the name, empty if none was given
#   style_flags  array, the flags of the style's files; a flag that the caller gives replaces one of them
weights=checkpoints/vtoonify
styles=(cartoon1 cartoon4 cartoon{1..5}-d comic{1,2}-d arcane{1,2} arcane{1,2}-d caricature{1,2} pixar pixar-d
  illustration{1..5}-d {cartoon,caricature,arcane,comic,pixar}-t)

published() { # style: its file in the folder of its family, and its number among the family's examples
  case "$1" in
    cartoon1) echo s026_d0.5 26 ;;
    cartoon4) echo s299_d0.5 299 ;;
    cartoon1-d) echo s_d 26 ;;
    cartoon2-d) echo s_d 64 ;;
    cartoon3-d) echo s_d 153 ;;
    cartoon4-d) echo s_d 299 ;;
    cartoon5-d) echo s_d 8 ;;
    comic1-d) echo s_d 28 ;;
    comic2-d) echo s_d 18 ;;
    arcane1) echo s000_d0.5 0 ;;
    arcane2) echo s077_d0.5 77 ;;
    arcane1-d) echo s_d 0 ;;
    arcane2-d) echo s_d 77 ;;
    caricature1) echo s039_d0.5 39 ;;
    caricature2) echo s068_d0.5 68 ;;
    pixar) echo s052_d0.5 52 ;;
    pixar-d) echo s_d 52 ;;
    illustration1-d) echo s054_d_c 54 ;;
    illustration2-d) echo s004_d_c 4 ;;
    illustration3-d) echo s009_d_c 9 ;;
    illustration4-d) echo s043_d_c 43 ;;
    illustration5-d) echo s086_d_c 86 ;;
    cartoon-t | caricature-t | arcane-t | comic-t | pixar-t) echo t - ;;
    *) return 1 ;;
  esac
}

weights_of() { # style: the file of its weights
  local file number family="${1%%[0-9-]*}"
  read -r file number <<<"$(published "$1")"
  if [ "$file" = t ]; then
    printf '%s' "$weights/vtoonify_t_$family/vtoonify.pt"
  else
    printf '%s' "$weights/vtoonify_d_$family/vtoonify_$file.pt"
  fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  for style in "${styles[@]}"; do printf '%-16s  %s\n' "$style" "$(weights_of "$style")"; done
  exit
fi

style='' style_flags=()
case "${args[0]:-}" in
  '' | -*) ;;
  *) style="${args[0]}" args=("${args[@]:1}") ;;
esac
if [ -n "$style" ]; then
  if ! found="$(published "$style")"; then
    printf 'no published style %s; known are %s\n' "$style" "${styles[*]}" >&2
    exit 2
  fi
  read -r file number <<<"$found"
  path="$(weights_of "$style")"
  if [ "$file" != t ]; then style_flags+=(--exstyle_path "${path%/*}/exstyle_code.npy" --style_id "$number"); fi
  style_flags+=(--main_G_path "$path" --name "ShortcutV2V_vtoonify_$style")
  if ! given --parsing_map_path; then style_flags+=(--faceparsing_path "$weights/faceparsing.pth"); fi
  case "$file" in
    *_c) style_flags+=(--color_transfer) ;;
    *) if ! given --color_transfer; then style_flags+=(--style_encoder_path "$weights/encoder.pt"); fi ;;
  esac
fi
